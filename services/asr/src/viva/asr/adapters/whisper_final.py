"""Final recognition by Whisper (CTranslate2): whole answers, word times, no invented text.

Only voiced chunks reach the model; what loops is decoded again with repeats forbidden; decoding
never samples, so the same audio gives the same transcript on the same runtime.
"""

import hashlib
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
from faster_whisper import WhisperModel  # type: ignore[import-untyped]

from viva.asr.domain.gating import TimeMap, chunks_to_recognize, spoken
from viva.asr.domain.language import (
    HeardLanguage,
    choose_language,
    language_windows,
    mean_probabilities,
    primary_subtag,
)
from viva.asr.domain.model import Fingerprint, Span, Transcript, Word
from viva.asr.domain.repetition import has_loop, without_loops
from viva.audio.filled_pauses import filled_pauses
from viva.audio.models.store import ModelStore
from viva.audio.pcm import Floats, Samples, milliseconds_of, samples_in, to_float
from viva.audio.syllables import syllable_nuclei
from viva.audio.vad import SpeechSpan, VoiceActivityDetector
from viva.platform.processor import processor

_JOIN_MS = 1000
_PAD_MS = 300
_UNLIKELY = -1.0
_UNSPOKEN = 0.3
_LOOP_RATIO = 2.4
_REPEATED_WORDS = 4
_LANGUAGE_FRAMES = 1000  # 10 s of speech tell the language
_RECIPE = "4"
"""Raise this when what is done here changes a transcript."""


class WhisperTranscriber:
    """One multilingual Whisper model; one answer at a time."""

    def __init__(
        self,
        store: ModelStore,
        model: str,
        voice_activity: VoiceActivityDetector,
        *,
        threads: int,
        beam: int,
    ) -> None:
        self._model = WhisperModel(
            str(store.path(model)), device="cpu", compute_type="int8", cpu_threads=threads
        )
        self._voice_activity = voice_activity
        self._beam = beam
        self.fingerprints = (
            _model_fingerprint(store, model),
            _model_fingerprint(store, "silero-vad"),
            _runtime_fingerprint(threads, beam),
        )

    def transcribe(self, samples: Samples, language: str) -> Transcript:
        """The transcript of an answer.

        Args:
            samples: mono at 16 kHz; may be empty.
            language: BCP 47 tag of the persona.
        """
        duration_ms = int(milliseconds_of(len(samples)))
        voiced = self._voice_activity.speech_spans(samples) if len(samples) else []
        speech = _spans(voiced)
        if not speech:
            heard = choose_language(language, {}, 0)
            return Transcript(heard.language, 0.0, models=self.fingerprints)
        chunks = chunks_to_recognize(speech, duration_ms, join_ms=_JOIN_MS, pad_ms=_PAD_MS)
        audio = np.concatenate(
            [to_float(samples[samples_in(c.start_ms) : samples_in(c.end_ms)]) for c in chunks]
        )
        heard = self._language(audio, language, sum(span.duration_ms for span in speech))
        words = self._words(audio, heard.language, TimeMap(chunks))
        return Transcript(
            heard.language,
            heard.probability,
            tuple(spoken(words, speech)),
            tuple(speech),
            self.fingerprints,
            tuple(syllable_nuclei(samples, voiced)),
            tuple(_spans(filled_pauses(samples, voiced))),
        )

    def _language(self, audio: Floats, persona: str, speech_ms: int) -> HeardLanguage:
        """Listens to the beginning; where that is doubtful, to more of the answer.

        A strong accent can sound like its own language for ten seconds, seldom throughout.
        """
        if not self._model.model.is_multilingual:
            return HeardLanguage("en", 1.0)
        features = self._model.feature_extractor(audio)
        windows = language_windows(features.shape[-1], _LANGUAGE_FRAMES)
        heard = [self._probabilities(features, windows[0])]
        if choose_language(persona, heard[0], speech_ms).language != primary_subtag(persona):
            heard += [self._probabilities(features, start) for start in windows[1:]]
        return choose_language(persona, mean_probabilities(heard), speech_ms)

    def _probabilities(self, features: Floats, start: int) -> dict[str, float]:
        window = features[:, start : start + _LANGUAGE_FRAMES]
        short = _LANGUAGE_FRAMES - window.shape[-1]
        window = np.ascontiguousarray(np.pad(window, ((0, 0), (0, max(0, short)))))
        found = self._model.model.detect_language(self._model.encode(window))[0]
        return {token[2:-2]: float(probability) for token, probability in found}

    def _words(self, audio: Floats, language: str, times: TimeMap) -> list[Word]:
        """Decode; where that loops, decode again with repeats forbidden, then cut what is left."""
        segments = self._decode(audio, language)
        words = _timed(segments, times)
        if has_loop(words) or any(s.compression_ratio > _LOOP_RATIO for s in segments):
            segments = self._decode(audio, language, no_repeat_ngram_size=_REPEATED_WORDS)
            words = without_loops(_timed(segments, times))
        return words

    def _decode(self, audio: Floats, language: str, **options: Any) -> list[Any]:
        segments, _ = self._model.transcribe(
            audio,
            language=language,
            beam_size=self._beam,
            temperature=0.0,
            condition_on_previous_text=False,
            word_timestamps=True,
            **options,
        )
        return list(segments)


def _spans(found: Iterable[SpeechSpan]) -> list[Span]:
    return [Span(int(milliseconds_of(s)), int(milliseconds_of(e))) for s, e in found]


def _timed(segments: Iterable[Any], times: TimeMap) -> list[Word]:
    return [
        times.word(word.word.strip(), word.start * 1000, word.end * 1000, float(word.probability))
        for segment in segments
        if segment.avg_logprob >= _UNLIKELY or segment.no_speech_prob <= _UNSPOKEN
        for word in segment.words or []
        if word.word.strip()
    ]


def _model_fingerprint(store: ModelStore, model: str) -> Fingerprint:
    entry = store.model(model)
    override = store.override(model)
    return Fingerprint(
        entry.name, override or f"{entry.origin} ({entry.revision})", store.fingerprint(model)
    )


def _runtime_fingerprint(threads: int, beam: int) -> Fingerprint:
    """What besides the weights decides a transcript: libraries, instruction set, options."""
    parts: Sequence[str] = (
        *(f"{name} {version(name)}" for name in ("faster-whisper", "ctranslate2", "onnxruntime")),
        processor(),
        f"int8 threads={threads} beam={beam} recipe={_RECIPE}",
    )
    text = "; ".join(parts)
    return Fingerprint("asr-runtime", text, hashlib.sha256(text.encode()).hexdigest())
