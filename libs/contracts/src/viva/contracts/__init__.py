"""Generated protobuf and gRPC code, and the typed catalogue of topics and events."""
