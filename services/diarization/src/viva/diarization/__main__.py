"""`python -m viva.diarization`."""

from viva.platform.run import run

if __name__ == "__main__":
    run("diarization")
