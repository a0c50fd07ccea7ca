"""`python -m viva.telephony`."""

from viva.platform.run import run

run("telephony")
