"""`python -m viva.notification`."""

from viva.platform.run import run

run("notification")
