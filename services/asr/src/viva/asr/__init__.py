"""Live and final speech recognition."""
