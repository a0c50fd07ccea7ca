"""Per-answer evidence and the interview's scores."""
