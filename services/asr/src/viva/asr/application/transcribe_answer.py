"""The final transcript of one answer: from its recording, or from what was typed."""

from dataclasses import dataclass

from viva.asr.application.ports import AnswerTranscriber, RecordedAudio, RecordingStore
from viva.asr.domain.language import primary_subtag
from viva.asr.domain.model import Transcript, Word
from viva.platform.errors import InvalidError


@dataclass(frozen=True)
class Recording:
    """Where an answer's WAV lies."""

    key: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class TranscribeAnswer:
    """An answer to be transcribed: spoken, typed, or neither (nothing was said).

    Attributes:
        language: BCP 47 tag of the persona.
    """

    language: str
    recording: Recording | None = None
    typed_text: str = ""


class TranscribeAnswerHandler:
    """Does it."""

    def __init__(
        self, recordings: RecordingStore, transcriber: AnswerTranscriber, *, max_audio_bytes: int
    ) -> None:
        self._recordings = recordings
        self._transcriber = transcriber
        self._max_audio_bytes = max_audio_bytes

    async def __call__(self, command: TranscribeAnswer) -> Transcript:
        """The transcript; that of a typed answer has no times.

        Raises:
            InvalidError: the audio cannot be read or is too long.
            NotFoundError: the recording is not there.
            TransientError: the store or the worker is away.
        """
        recording = command.recording
        if command.typed_text or recording is None:
            return typed_transcript(command.typed_text, command.language)
        if recording.size_bytes > self._max_audio_bytes:
            raise InvalidError(
                f"the recording has {recording.size_bytes} bytes, the limit is "
                f"{self._max_audio_bytes}",
                code="audio_too_long",
            )
        wav = await self._recordings.get(recording.key, recording.sha256 or None)
        return await self._transcriber.transcribe(RecordedAudio(wav, command.language))


def typed_transcript(text: str, language: str) -> Transcript:
    """A typed answer as a transcript: words without times, sure as typed."""
    words = tuple(Word(word, 0, 0, 1.0) for word in text.split())
    return Transcript(primary_subtag(language), 1.0 if words else 0.0, words)
