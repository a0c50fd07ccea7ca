"""Runs the session service alone: the container's command."""

from viva.platform.run import run

if __name__ == "__main__":
    run("session")
