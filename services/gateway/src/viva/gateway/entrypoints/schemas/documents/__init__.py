"""The form of every answer, for the OpenAPI document; a test holds real answers against it."""
