"""What attribution needs from the outside, by role."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from viva.audio.pcm import Samples
from viva.diarization.application.model import AnswerAudio, Attributed, VoiceRecord
from viva.diarization.domain.model import Channel, Span, Turn

Embeddings = NDArray[np.float32]


class SpeakerEmbedder(Protocol):
    """Tells voices apart: near vectors are one voice. Blocks."""

    def embed(self, samples: Samples, windows: Sequence[Span], channel: Channel) -> Embeddings:
        """Unit vectors, shape (windows, size), of windows of mono audio at 16 kHz."""
        ...


class WindowClusterer(Protocol):
    """Groups windows by voice, the number of voices unknown. Blocks."""

    def __call__(
        self, embeddings: Embeddings, windows: Sequence[Span], same_voice: float
    ) -> Sequence[int]:
        """A label for each window, at least two of them.

        Args:
            embeddings: unit vectors, shape (windows, size).
            same_voice: cosine above which two groups are one voice, where the way needs one.
        """
        ...


class VoiceActivity(Protocol):
    """Tells which voices are active at each moment, several at once too. Blocks."""

    def turns(self, samples: Samples) -> list[Turn]:
        """Turns in mono audio at 16 kHz, in order; turns of two voices may overlap.

        A label means one voice within a few seconds, not over the whole audio.
        """
        ...


class AnswerAttributor(Protocol):
    """Attributes a whole answer, off the event loop."""

    async def attribute(self, answer: AnswerAudio) -> Attributed:
        """Who spoke when.

        Raises:
            InvalidError: the audio cannot be read.
            TransientError: the worker is away for the moment.
        """
        ...


class VoiceArchive(Protocol):
    """The voices of an interview's answers so far."""

    async def before(
        self, interview_id: str, attempt: int, position: int, answer_id: str
    ) -> list[VoiceRecord]:
        """Records of the answers that began before a position, in order.

        Of each answer the latest revision, and none of `answer_id` itself.
        """
        ...

    async def keep(self, interview_id: str, attempt: int, record: VoiceRecord) -> None:
        """Store a record; the same answer and revision again replaces it.

        Once the attempt is forgotten, nothing of it is kept any more.
        """
        ...

    async def forget(self, interview_id: str, attempt: int) -> None:
        """Delete all records of an attempt, for good: voices are biometric data."""
        ...


@dataclass(frozen=True)
class StoredAudio:
    """Where audio lies, and how to know that it is the right one."""

    key: str
    sha256: str
    size_bytes: int


class CandidateAudioStore(Protocol):
    """Where candidate-only audio goes."""

    async def keep(
        self, interview_id: str, attempt: int, answer_id: str, revision: int, wav: bytes
    ) -> StoredAudio:
        """Store the audio of an answer; the same revision again replaces it.

        Raises:
            TransientError: the store is away.
        """
        ...


class RecordingStore(Protocol):
    """Where recordings lie."""

    async def get(self, key: str, sha256: str | None = None) -> bytes:
        """The object's bytes, checked against the hash.

        Raises:
            NotFoundError: no such object.
            InvalidError: other bytes than the hash says.
            TransientError: the store is away.
        """
        ...
