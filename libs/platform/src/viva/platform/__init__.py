"""What every service runs on: settings, lifecycle, telemetry, messaging, database, gRPC."""
