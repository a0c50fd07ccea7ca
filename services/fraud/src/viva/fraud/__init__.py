"""Multiple speakers and reading, per answer and per interview."""
