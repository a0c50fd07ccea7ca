"""Answers mixed from single recordings of real people: who speaks when is known by construction."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from tests.evaluate.data.phone import over_the_phone
from tests.evaluate.data.speechocean import Utterance, load
from tests.evaluate.data.voice_cache import CachedActivity, CachedEmbedder, CachedSpeech
from tests.evaluate.settings import EvalSettings
from viva.audio.pcm import Samples, milliseconds_of, samples_in
from viva.audio.wav import write_wav
from viva.diarization.adapters.models import window_clusterer
from viva.diarization.application.attribution import Attribution
from viva.diarization.application.model import AnswerAudio, VoiceRecord
from viva.diarization.domain.model import Channel, Span, Turn, Word
from viva.diarization.settings import DiarizationSettings
from viva.testkit.candidate.microphone import in_a_room

LEAST_CLIPS = 12
_LEVEL = 1500.0  # root mean square of every clip
_EDGE_MS = 50
_GRID_MS = 10


@dataclass(frozen=True, eq=False)
class Clip:
    """One recording of one person, cut to its speech.

    Attributes:
        speech: voiced spans in it.
    """

    speaker: str
    samples: Samples
    speech: tuple[Span, ...]
    words: tuple[Word, ...]

    @property
    def length_ms(self) -> int:
        """Of the clip, in whole steps of the grid that clips are laid on."""
        return int(milliseconds_of(len(self.samples))) // _GRID_MS * _GRID_MS


@dataclass(frozen=True, eq=False)
class Mixture:
    """Clips on one line.

    Attributes:
        truth: voiced spans of everybody, by speaker, of the clean clips.
    """

    samples: Samples
    truth: tuple[Turn, ...]
    words: tuple[Word, ...]


class Voices:
    """Diarization as the service runs it, what was analysed before kept on disk."""

    def __init__(self, cache: Path) -> None:
        self.speech = CachedSpeech(cache)
        self.embedder = CachedEmbedder(cache)
        self.activity = CachedActivity(cache)
        cluster = window_clusterer(DiarizationSettings().grouping)
        self.attribute = Attribution(self.embedder, self.speech, self.activity, cluster=cluster)


class People:
    """One half of the rated set: whom nothing was fitted on, or, if asked, the others."""

    def __init__(self, settings: EvalSettings, voices: Voices) -> None:
        assert settings.speechocean is not None
        self._speech = voices.speech
        found = load(
            settings.speechocean, part=settings.speechocean_part, adult_age=settings.adult_age
        )
        clips: dict[str, list[Utterance]] = {}
        for one in found:
            clips.setdefault(one.speaker, []).append(one)
        enough = {name: own for name, own in sorted(clips.items()) if len(own) >= LEAST_CLIPS}
        # What is fitted takes every second speaker from the first (tests.evaluate.fit_voices).
        first = 0 if settings.voices == "fitted" else 1
        self._clips = {name: enough[name] for name in list(enough)[first::2]}
        self.names = tuple(self._clips)
        self.clip = functools.lru_cache(4096)(self._clip)

    def count(self, name: str) -> int:
        """How many clips there are of a person."""
        return len(self._clips[name])

    def _clip(self, name: str, number: int, channel: Channel) -> Clip | None:
        """A person's recording as the channel gives it; None where nothing is heard in it."""
        one = self._clips[name][number]
        samples = _evened(one.samples())
        samples = in_a_room(samples, seed=[number, len(samples)])
        if channel is Channel.PHONE:
            samples = over_the_phone(samples, "g711", loss=0.0)
        speech = self._speech.find(samples)
        if not speech:
            return None
        start = max(0, speech[0].start_ms - _EDGE_MS) // _GRID_MS * _GRID_MS
        cut = samples[samples_in(start) : samples_in(speech[-1].end_ms + _EDGE_MS)]
        cut = cut[: len(cut) // 160 * 160]
        length_ms = int(milliseconds_of(len(cut)))
        spans = tuple(
            Span(span.start_ms - start, min(length_ms, span.end_ms - start)) for span in speech
        )
        return Clip(name, cut, spans, _words(one.text, spans))


def lay(clips: Sequence[Clip], gaps_ms: Sequence[int]) -> Mixture:
    """Clips one after another; a gap below 0 lets the next begin while the last still speaks."""
    at = 500
    starts = []
    for clip, gap in zip(clips, gaps_ms, strict=True):
        starts.append(at)
        at = max(at + _GRID_MS, at + clip.length_ms + gap)
    end = max(start + clip.length_ms for start, clip in zip(starts, clips, strict=True)) + 500
    whole = np.zeros(samples_in(end), np.int32)
    for start, clip in zip(starts, clips, strict=True):
        whole[samples_in(start) : samples_in(start) + len(clip.samples)] += clip.samples
    return Mixture(
        np.clip(whole, -32768, 32767).astype(np.int16),
        tuple(
            Turn(_moved(span, start), clip.speaker)
            for start, clip in zip(starts, clips, strict=True)
            for span in clip.speech
        ),
        tuple(
            Word(word.text, _moved(word.span, start))
            for start, clip in zip(starts, clips, strict=True)
            for word in clip.words
        ),
    )


def answer(
    mixture: Mixture,
    speech: Sequence[Span],
    channel: Channel,
    number: int = 1,
    earlier: Sequence[VoiceRecord] = (),
) -> AnswerAudio:
    """A mixture as diarization gets it."""
    return AnswerAudio(
        f"ans_{number}",
        1,
        number * 10_000_000,
        channel,
        write_wav(mixture.samples),
        tuple(speech),
        mixture.words,
        tuple(earlier),
    )


def _evened(samples: Samples) -> Samples:
    level = float(np.sqrt(np.mean(np.square(samples.astype(np.float64))))) or 1.0
    return np.asarray(np.clip(samples * (_LEVEL / level), -32768, 32767), dtype=np.int16)


def _moved(span: Span, by_ms: int) -> Span:
    return Span(span.start_ms + by_ms, span.end_ms + by_ms)


def _words(text: str, speech: Sequence[Span]) -> tuple[Word, ...]:
    """The words, spread evenly over the voiced time."""
    parts = text.split()
    total = sum(span.duration_ms for span in speech)
    marks = [round(index * total / max(1, len(parts))) for index in range(len(parts) + 1)]
    return tuple(
        Word(part, Span(_at(speech, start), max(_at(speech, start) + 1, _at(speech, end - 1))))
        for part, (start, end) in zip(parts, pairwise(marks), strict=True)
    )


def _at(speech: Sequence[Span], voiced_ms: int) -> int:
    """Where this much speech has passed."""
    for span in speech:
        if voiced_ms < span.duration_ms:
            return span.start_ms + voiced_ms
        voiced_ms -= span.duration_ms
    return speech[-1].end_ms
