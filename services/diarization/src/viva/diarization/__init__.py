"""Who spoke when; candidate-only audio."""
