"""`python -m viva.scoring`."""

from viva.platform.run import run

run("scoring")
