"""Fixtures, factories, the simulated candidate and the demo."""
