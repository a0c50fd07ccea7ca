"""`python -m viva.platform.cli`: the command `viva`, where it is not on the PATH."""

from viva.platform.cli.app import main

main()
