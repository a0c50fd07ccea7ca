"""The edge's half of a conversation: one client connected to whichever session conducts it."""
