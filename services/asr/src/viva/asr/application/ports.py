"""What recognition needs from the outside, by role."""

from dataclasses import dataclass
from typing import Protocol

from viva.asr.domain.model import Recognition, Transcript


class SpeechRecognizer(Protocol):
    """Live recognition of short pieces. Blocks; called from threads."""

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes that it understands."""
        ...

    def recognize(self, pcm: bytes, language: str, *, voiced: bool = False) -> Recognition:
        """Recognize PCM16 little-endian mono at 16 kHz, at most some seconds of it.

        Silence gives no words, and `speech` False.

        Args:
            voiced: voice activity detection has found that it is speech: it is not asked again.

        Raises:
            InvalidError: no whole samples, or a language that it does not understand.
        """
        ...


@dataclass(frozen=True)
class RecordedAudio:
    """An answer's recording, to be transcribed.

    Attributes:
        wav: bytes of the WAV file.
        language: BCP 47 tag of the persona.
    """

    wav: bytes
    language: str


class AnswerTranscriber(Protocol):
    """Final recognition of a whole answer."""

    async def transcribe(self, audio: RecordedAudio) -> Transcript:
        """Recognize an answer; no speech gives no words.

        Raises:
            InvalidError: the audio cannot be read, or is too long.
            TransientError: the worker is away for the moment.
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
