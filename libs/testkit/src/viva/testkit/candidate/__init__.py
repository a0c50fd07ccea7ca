"""The simulated candidate: speaks real audio into the real WebSocket, and measures the replies."""
