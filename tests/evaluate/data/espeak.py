"""espeak-ng's voices, from the library that phonemes come from: many languages, quickly.

Its formant voices sound like no person, so what they show is how languages are told apart by their
sounds and words, not how people are.
"""

import ctypes
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import espeakng_loader  # type: ignore[import-untyped]
import numpy as np
import soxr  # type: ignore[import-untyped]

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples

# Constants of speak_lib.h.
_SYNCHRONOUS = 2
_POSITION_CHARACTER = 1
_UTF8 = 1
_RATE_PARAMETER = 1
_SEED = 1

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def say(text: str, voice: str, words_per_minute: int = 160) -> Samples:
    """Speaks a text.

    Args:
        voice: a language, or a language and a variant: "de", "de+f2".
        words_per_minute: as the library counts them.

    Returns:
        Mono at 16 kHz; the same text, voice and pace give the same samples.

    Raises:
        ValueError: there is no such voice.
    """
    parts: list[Samples] = []

    def collect(wave, count: int, _events) -> int:  # type: ignore[no-untyped-def]
        if wave and count > 0:
            parts.append(np.ctypeslib.as_array(wave, (count,)).copy())
        return 0

    callback = _Callback(collect)
    with _library() as (library, rate_hz):
        library.espeak_SetSynthCallback(callback)
        if library.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        library.espeak_SetParameter(_RATE_PARAMETER, words_per_minute, 0)
        said = text.encode()
        size = ctypes.c_size_t(len(said) + 1)
        library.espeak_Synth(said, size, 0, _POSITION_CHARACTER, 0, _UTF8, None, None)
        library.espeak_Synchronize()
    whole = np.concatenate(parts or [np.zeros(0, np.int16)])
    return np.asarray(soxr.resample(whole, rate_hz, SAMPLE_RATE_HZ), np.int16)


@contextmanager
def _library() -> Iterator[tuple[ctypes.CDLL, int]]:
    """A copy of our own, loaded anew and seeded.

    What was said before, by whoever else has the library loaded, would change the phases of what
    comes.
    """
    data = espeakng_loader.get_data_path().encode()
    with TemporaryDirectory() as folder:
        library = ctypes.CDLL(shutil.copy(espeakng_loader.get_library_path(), folder))
        rate_hz = int(library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0))
        try:
            if rate_hz <= 0:
                raise OSError("espeak-ng did not start")
            library.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
            yield library, rate_hz
        finally:
            library.espeak_Terminate()
            ctypes.CDLL(None).dlclose(ctypes.c_void_p(library._handle))
