"""`python -m viva.asr`."""

from viva.platform.run import run

if __name__ == "__main__":
    run("asr")
