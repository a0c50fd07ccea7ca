"""Answers in other languages than the interview's, spoken by two synthesizers' voices."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr  # type: ignore[import-untyped]
from kokoro_onnx.tokenizer import Tokenizer

from tests.evaluate.data.espeak import say
from viva.audio.models.store import ModelStore
from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, to_int16
from viva.audio.speech import MODEL_RATE_HZ, Synthesizer

# The same story in each language, four sentences.
_TEXTS = Path(__file__).with_name("foreign_texts.json")
SENTENCES: Mapping[str, Sequence[str]] = json.loads(_TEXTS.read_text("utf-8"))
# Kokoro's English voices say the sounds of these well enough for a recognizer to know them.
_KOKORO = ("es", "fr", "pt-br", "it")
_KOKORO_VOICES = ("af_heart", "bm_george")
_PHONEMES = {"fr": "fr-fr"}
_ESPEAK_VOICES = ("", "+m2", "+m3", "+m5", "+f1", "+f2", "+f3", "+f4")
_SLOW_WPM, _FAST_WPM = 130, 185
_SPOKEN = 3


@dataclass(frozen=True)
class Foreign:
    """An answer in another language; `language` is the one that is spoken."""

    language: str
    synthesizer: str
    samples: Samples


class Foreigners:
    """Renders sentences once and puts answers together from them."""

    def __init__(self) -> None:
        self._synthesizer = Synthesizer(ModelStore(), threads=2)
        self._tokenizer = Tokenizer()
        self._said: dict[tuple[str, int, str], Samples] = {}

    def answer(self, number: int) -> Foreign:
        """Some 15 s in one language by one voice, sentences in an order of its own."""
        random = np.random.default_rng([4, number])
        turns = [*(("kokoro", one) for one in _KOKORO), *(("espeak", one) for one in SENTENCES)]
        synthesizer, language = turns[number % len(turns)]
        voices = _KOKORO_VOICES if synthesizer == "kokoro" else _ESPEAK_VOICES
        voice = voices[int(random.integers(0, len(voices)))]
        pace = int(random.integers(_SLOW_WPM, _FAST_WPM))
        parts: list[Samples] = []
        for place in random.permutation(len(SENTENCES[language]))[:_SPOKEN]:
            text = SENTENCES[language][int(place)]
            if synthesizer == "kokoro":
                parts.append(self._kokoro(language, int(place), voice))
            else:
                parts.append(say(text, language + voice, pace))
            parts.append(np.zeros(int(random.uniform(0.2, 0.8) * SAMPLE_RATE_HZ), np.int16))
        return Foreign(language, synthesizer, np.concatenate(parts))

    def _kokoro(self, language: str, place: int, voice: str) -> Samples:
        key = (language, place, voice)
        if key not in self._said:
            phonemes = self._tokenizer.phonemize(
                SENTENCES[language][place], _PHONEMES.get(language, language)
            )
            style = self._synthesizer._voices[voice]
            wave = self._synthesizer._infer(phonemes, style, 1.0)
            self._said[key] = to_int16(soxr.resample(wave, MODEL_RATE_HZ, SAMPLE_RATE_HZ))
        return self._said[key]
