"""Sound files of datasets."""

from pathlib import Path

import soundfile  # type: ignore[import-untyped]

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples
from viva.audio.resample import resample


def read_audio(path: Path) -> Samples:
    """The first channel, at 16 kHz.

    Raises:
        ValueError: it is no sound file.
    """
    try:
        found, rate = soundfile.read(path, dtype="int16")
    except soundfile.LibsndfileError as error:
        raise ValueError(f"{path}: {error}") from error
    return resample(found if found.ndim == 1 else found[:, 0].copy(), rate, SAMPLE_RATE_HZ)
