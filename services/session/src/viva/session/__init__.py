"""Conducts the conversation, records it, owns the interview's lifecycle."""
