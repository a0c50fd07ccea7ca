"""Alembic revisions of notification's tables."""
