"""The command `viva`."""

from viva.platform.cli.app import main

__all__ = ["main"]
