"""espeak-ng's voices, from the library that phonemes come from: many languages, quickly.

Its formant voices sound like no person, so what they show is how languages are told apart by their
sounds and words, not how people are.
"""

import ctypes

import espeakng_loader  # type: ignore[import-untyped]
import numpy as np
import soxr  # type: ignore[import-untyped]

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples

# Constants of speak_lib.h.
_RETRIEVAL = 1
_POSITION_CHARACTER = 1
_UTF8 = 1
_RATE_PARAMETER = 1

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Espeak:
    """The library, which holds one voice at a time; use one object in a process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self._rate_hz = int(self._library.espeak_Initialize(_RETRIEVAL, 0, data, 0))
        if self._rate_hz <= 0:
            raise OSError("espeak-ng did not start")
        self._parts: list[Samples] = []
        self._callback = _Callback(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: str, words_per_minute: int = 160) -> Samples:
        """Speaks a text.

        Args:
            voice: a language, or a language and a variant: "de", "de+f2".
            words_per_minute: as the library counts them.

        Returns:
            Mono at 16 kHz; the same text, voice and pace give the same samples.

        Raises:
            ValueError: there is no such voice.
        """
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        self._library.espeak_SetParameter(_RATE_PARAMETER, words_per_minute, 0)
        self._parts.clear()
        said = text.encode()
        size = ctypes.c_size_t(len(said) + 1)
        self._library.espeak_Synth(said, size, 0, _POSITION_CHARACTER, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        whole = np.concatenate(self._parts or [np.zeros(0, np.int16)])
        return np.asarray(soxr.resample(whole, self._rate_hz, SAMPLE_RATE_HZ), np.int16)

    def _collect(self, wave, count: int, _events) -> int:  # type: ignore[no-untyped-def]
        if wave and count > 0:
            self._parts.append(np.ctypeslib.as_array(wave, (count,)).copy())
        return 0
