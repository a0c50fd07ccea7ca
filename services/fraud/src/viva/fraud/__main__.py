"""`python -m viva.fraud`."""

from viva.platform.run import run

run("fraud")
