"""Speech synthesis by Kokoro-82M: text to PCM16 mono at 16 kHz. Needs the extra `tts`.

A 16-word question takes a second or more, so prompts are rendered ahead and cached. The same text,
voice, speed and runtime give the same bytes, whatever the number of threads. The phonemes come
from espeak-ng by way of phonemizer, both GPL-3.0 and both in wheels that the extra brings.
"""

import hashlib
import re
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray

from viva.audio.models.store import ModelStore
from viva.audio.pcm import SAMPLE_RATE_HZ, Floats, to_bytes, to_int16
from viva.platform.errors import InvalidError

MIN_SPEED, MAX_SPEED = 0.5, 2.0
MODEL_RATE_HZ = 24_000
_RENDERING = "1"
"""Raise this when the finishing below changes what a text sounds like."""
_STYLE_SIZE = 256
_LANGUAGES = {"a": "en-us", "b": "en-gb"}
_MAX_PHONEMES = 510
_PAUSE_S = 0.25
_TRIM_DB = -45.0
_EDGE_S = 0.03
_TARGET_RMS_DB = -23.0
_PEAK_LIMIT_DB = -2.0


def rendering_fingerprint(store: ModelStore) -> str:
    """The fingerprint of a Synthesizer of this store, without loading its model."""
    runtime = [version(name) for name in ("kokoro-onnx", "onnxruntime", "espeakng-loader")]
    parts = [_RENDERING, store.fingerprint("kokoro"), *runtime]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Synthesizer:
    """The loaded voice model; safe to call from many threads."""

    def __init__(self, store: ModelStore, *, threads: int = 1) -> None:
        """Load the model.

        Raises:
            ModelMissingError: it is not on this machine.
        """
        from kokoro_onnx.tokenizer import Tokenizer  # noqa: PLC0415 - an extra, slow to import
        from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]  # noqa: PLC0415

        options = SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session: Any = InferenceSession(
            str(store.file("kokoro", "kokoro.onnx")), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = Tokenizer()
        self._voices = {
            path.stem: np.fromfile(path, dtype="<f4").reshape(-1, 1, _STYLE_SIZE)
            for path in sorted((store.path("kokoro") / "voices").glob("*.bin"))
            if path.stem[0] in _LANGUAGES
        }
        self._store = store

    @property
    def voices(self) -> tuple[str, ...]:
        """Names of the voices: a/b for American or British, f/m for female or male, a name."""
        return tuple(self._voices)

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever the same text could sound different: part of a cache's key."""
        return rendering_fingerprint(self._store)

    def synthesize(self, text: str, voice: str = "af_heart", speed: float = 1.0) -> bytes:
        """Speak a text; silence before and after is cut to 30 ms, the loudness is even.

        Returns:
            PCM16 mono at 16 kHz.

        Raises:
            InvalidError: unknown voice, speed out of range, or nothing to say.
        """
        if voice not in self._voices:
            known = ", ".join(self._voices)
            raise InvalidError(f"no voice {voice!r}; known: {known}", code="voice_unknown")
        if not MIN_SPEED <= speed <= MAX_SPEED:
            raise InvalidError(
                f"speed {speed} is outside {MIN_SPEED}..{MAX_SPEED}", code="speed_range"
            )
        phonemes = self._tokenizer.phonemize(text, _LANGUAGES[voice[0]]) if text.strip() else ""
        pieces = [
            _trim(self._infer(piece, self._voices[voice], speed))
            for piece in _pieces(" ".join(phonemes.split()))
        ]
        if not pieces:
            raise InvalidError("the text has nothing that can be spoken", code="text_unspeakable")
        pause = np.zeros(int(_PAUSE_S * MODEL_RATE_HZ), dtype=np.float32)
        joined = np.concatenate([part for piece in pieces for part in (piece, pause)][:-1])
        resampled = soxr.resample(joined, MODEL_RATE_HZ, SAMPLE_RATE_HZ, quality="HQ")
        return to_bytes(to_int16(_even_loudness(resampled)))

    def _infer(self, phonemes: str, voice: NDArray[np.float32], speed: float) -> Floats:
        tokens = self._tokenizer.tokenize(phonemes)
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            # A voice has one style per length of the text: row n - 1 is for n phonemes.
            "style": voice[min(len(tokens), len(voice)) - 1],
            "speed": np.array([speed], dtype=np.float32),
        }
        return np.asarray(self._session.run(None, inputs)[0], dtype=np.float32).ravel()


def _pieces(phonemes: str) -> list[str]:
    """Phonemes in pieces that the model can take at once, cut after sentences if possible."""
    pieces: list[str] = []
    for sentence in re.split(r"(?<=[.!?;:,])\s+", phonemes):
        for start in range(0, len(sentence), _MAX_PHONEMES):
            part = sentence[start : start + _MAX_PHONEMES]
            if pieces and len(pieces[-1]) + 1 + len(part) <= _MAX_PHONEMES:
                pieces[-1] += " " + part
            else:
                pieces.append(part)
    return [piece for piece in pieces if any(sound.isalpha() for sound in piece)]


def _trim(audio: Floats) -> Floats:
    """Cut what is quieter than -45 dB below the peak at both ends, but for short faded edges."""
    loud = np.flatnonzero(np.abs(audio) > np.max(np.abs(audio)) * 10 ** (_TRIM_DB / 20))
    if not len(loud):
        return audio
    edge = int(_EDGE_S * MODEL_RATE_HZ)
    start, end = max(0, int(loud[0]) - edge), min(len(audio), int(loud[-1]) + 1 + edge)
    trimmed = audio[start:end].copy()
    fade = np.linspace(0, 1, min(edge, len(trimmed) // 2), dtype=np.float32)
    if len(fade):
        trimmed[: len(fade)] *= fade
        trimmed[-len(fade) :] *= fade[::-1]
    return trimmed


def _even_loudness(audio: Floats) -> Floats:
    """Bring the root mean square to -23 dBFS, as far as the peaks stay below -2 dBFS."""
    peak = float(np.max(np.abs(audio)))
    rms = float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))))
    if not peak:
        return audio
    gain = min(10 ** (_TARGET_RMS_DB / 20) / rms, 10 ** (_PEAK_LIMIT_DB / 20) / peak)
    return audio * np.float32(gain)
