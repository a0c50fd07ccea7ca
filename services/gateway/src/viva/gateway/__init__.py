"""REST API, join page, candidate WebSocket, console, credits."""
