"""The interviewer's own voice, so that its echo is no second speaker."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from viva.audio.pcm import Samples
from viva.audio.wav import read_wav
from viva.diarization.application.clusters import centre
from viva.diarization.application.ports import Embeddings, SpeakerEmbedder
from viva.diarization.domain.model import Channel, Span
from viva.diarization.domain.roles import ECHO_TAIL_MS
from viva.diarization.domain.windows import WindowSettings, thinned, windows

_WINDOWS = 24
_KEPT = 64
_MOSTLY = 0.6


class SpeechFinder(Protocol):
    """Finds voiced spans in a recording. Blocks."""

    def find(self, samples: Samples) -> list[Span]:
        """Voiced spans of mono audio at 16 kHz, in order."""
        ...


class InterviewerVoices:
    """Analyses each interviewer's voice once."""

    def __init__(self, embedder: SpeakerEmbedder, speech: SpeechFinder) -> None:
        self._embedder = embedder
        self._speech = speech
        self._known: dict[tuple[str, Channel], Embeddings | None] = {}

    def centre_of(self, wav: bytes, key: str, channel: Channel) -> Embeddings | None:
        """The voice of a recording as a unit vector; None where nobody speaks in it.

        It was rendered for a wide channel; analysed as the answer's, it is comparable with the
        echo that comes over that one.
        """
        if not wav:
            return None
        if (key, channel) not in self._known:
            if len(self._known) >= _KEPT:
                del self._known[next(iter(self._known))]
            self._known[key, channel] = self._analyse(wav, channel)
        return self._known[key, channel]

    def _analyse(self, wav: bytes, channel: Channel) -> Embeddings | None:
        samples = read_wav(wav)
        found = windows(self._speech.find(samples), WindowSettings())
        if not found:
            return None
        chosen = [found[i] for i in thinned(len(found), _WINDOWS)]
        return centre(self._embedder.embed(samples, chosen, channel))


def echo_spans(interviewer_spans: Sequence[Span]) -> list[Span]:
    """Where the interviewer's echo may be."""
    return [Span(span.start_ms, span.end_ms + ECHO_TAIL_MS) for span in interviewer_spans]


def share_over(windows_found: Sequence[Span], spans: Sequence[Span]) -> float:
    """Share of the windows' time that lies in the spans, 0 to 1."""
    total = sum(window.duration_ms for window in windows_found)
    inside = sum(
        min(window.duration_ms, sum(window.overlap_ms(span) for span in spans))
        for window in windows_found
    )
    return inside / total if total else 0.0


def plain_echo(
    embeddings: Embeddings,
    windows_found: Sequence[Span],
    spans: Sequence[Span],
    interviewer: Embeddings | None,
    candidate: Embeddings | None,
    threshold: float,
) -> list[bool]:
    """Which windows are the interviewer's beyond doubt: its voice, while it spoke.

    Args:
        candidate: the candidate's voice, where it is known; it must be less similar.
    """
    if interviewer is None or not spans:
        return [False] * len(windows_found)
    similarity = embeddings @ interviewer
    own = embeddings @ candidate if candidate is not None else np.full(len(similarity), -1.0)
    return [
        bool(similarity[i] >= threshold and similarity[i] > own[i])
        and share_over([window], spans) >= _MOSTLY
        for i, window in enumerate(windows_found)
    ]
