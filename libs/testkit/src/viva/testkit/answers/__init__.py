"""Answers to score: honest ones of known level, and attacks."""
