"""Servers for one machine: PostgreSQL and a broker, from packages, without an installation."""
