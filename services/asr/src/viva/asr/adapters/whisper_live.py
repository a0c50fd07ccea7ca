"""Live recognition by Whisper (CTranslate2) on a short window.

Whisper pads all audio to 30 s and spends most of its time on that padding. Live pieces are encoded
in a window of their own length and some slack; the length of the text is capped, because a short
window makes the decoder loop.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from faster_whisper import WhisperModel  # type: ignore[import-untyped]
from faster_whisper.tokenizer import Tokenizer  # type: ignore[import-untyped]
from faster_whisper.transcribe import merge_punctuations  # type: ignore[import-untyped]
from numpy.typing import NDArray

from viva.asr.domain.gating import spoken
from viva.asr.domain.language import primary_subtag
from viva.asr.domain.model import Recognition, Span, Word
from viva.asr.domain.repetition import without_loops
from viva.audio.models.store import ModelStore
from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, milliseconds_of, to_float, to_samples
from viva.audio.vad import SpeechSpan, VoiceActivityDetector
from viva.platform.errors import InvalidError

# 10 s. Of 164 pieces of 2 to 8 s, the text was said twice over in 13 with 6 s, in 2 with 8 s and in
# none with 10 s; the word error rate was lowest here too, below that of the full 30 s.
_MIN_FRAMES = 1000
_SLACK_S = 2
_TOKENS_PER_S = 7
_TOKENS_SPARE = 16
_SILENT = 0.6
_UNLIKELY = -1.0
_MEDIAN_FILTER = 7
_BEFORE_WORD = "\"'“¿([{-"
_AFTER_WORD = "\"'.,!?:;”)]}"
_Features = NDArray[np.float32]


class WhisperRecognizer:
    """One Whisper model behind a voice activity gate; safe to call from many threads.

    Args:
        workers: pieces that can be recognized at once.
        threads: threads for each of them.
    """

    def __init__(
        self,
        store: ModelStore,
        model: str,
        voice_activity: VoiceActivityDetector,
        *,
        workers: int = 1,
        threads: int = 1,
    ) -> None:
        self._model = WhisperModel(
            str(store.path(model)),
            device="cpu",
            compute_type="int8",
            cpu_threads=threads,
            num_workers=workers,
        )
        self._voice_activity = voice_activity
        self._multilingual = bool(self._model.model.is_multilingual)

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes that the model understands."""
        return frozenset(self._model.supported_languages)

    def recognize(self, pcm: bytes, language: str, *, voiced: bool = False) -> Recognition:
        """Recognize PCM16 mono at 16 kHz; see the port."""
        code = primary_subtag(language)
        if code not in self.languages:
            raise InvalidError(f"no live recognition of {language!r}", code="language_unsupported")
        samples = to_samples(pcm)
        speech = _whole(samples) if voiced else _spans(self._voice_activity.speech_spans(samples))
        if not speech:
            return Recognition((), speech=False)
        words = self._decode(samples, code)
        return Recognition(tuple(spoken(without_loops(words), speech)), speech=True)

    def _decode(self, samples: Samples, language: str) -> list[Word]:
        tokenizer = Tokenizer(
            self._model.hf_tokenizer, self._multilingual, task="transcribe", language=language
        )
        features = self._features(samples)
        encoded = self._model.encode(features)
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        tokens = int(len(samples) / SAMPLE_RATE_HZ * _TOKENS_PER_S) + _TOKENS_SPARE
        result = self._model.model.generate(
            encoded,
            [prompt],
            beam_size=1,
            max_length=len(prompt) + tokens,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=[-1],
        )[0]
        if result.no_speech_prob > _SILENT and result.scores[0] < _UNLIKELY:
            return []
        text = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
        return self._timed(tokenizer, text, encoded, features.shape[-1]) if text else []

    def _features(self, samples: Samples) -> _Features:
        """Mel frames (80, n) of the audio and its slack, n even and at least the minimum."""
        audio = np.pad(to_float(samples), (0, _SLACK_S * SAMPLE_RATE_HZ))
        short = _MIN_FRAMES * SAMPLE_RATE_HZ // 100 - len(audio)
        features = self._model.feature_extractor(np.pad(audio, (0, max(0, short))), padding=0)
        return np.ascontiguousarray(features[:, : features.shape[-1] // 2 * 2])

    def _timed(
        self, tokenizer: Tokenizer, text: Sequence[int], encoded: Any, frames: int
    ) -> list[Word]:
        timings = self._model.find_alignment(
            tokenizer, [list(text)], encoded, frames, _MEDIAN_FILTER
        )[0]
        merge_punctuations(timings, _BEFORE_WORD, _AFTER_WORD)
        return [
            Word(
                timing["word"].strip(),
                round(timing["start"] * 1000),
                round(timing["end"] * 1000),
                float(timing["probability"]),
            )
            for timing in timings
            if timing["word"].strip()
        ]


def _whole(samples: Samples) -> list[Span]:
    return [Span(0, int(milliseconds_of(len(samples))))] if len(samples) else []


def _spans(speech: Sequence[SpeechSpan]) -> list[Span]:
    return [Span(int(milliseconds_of(s.start)), int(milliseconds_of(s.end))) for s in speech]
