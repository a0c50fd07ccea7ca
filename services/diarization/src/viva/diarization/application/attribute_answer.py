"""Attributes an answer: gets what is needed, has the work done, keeps what comes of it."""

from dataclasses import dataclass, replace

from viva.diarization.application.model import AnswerAudio, Attributed
from viva.diarization.application.ports import (
    AnswerAttributor,
    CandidateAudioStore,
    RecordingStore,
    StoredAudio,
    VoiceArchive,
)
from viva.diarization.domain.model import Channel, Span, Word
from viva.platform.errors import InvalidError, NotFoundError
from viva.platform.log import get_logger

_log = get_logger(__name__)


@dataclass(frozen=True)
class Recording:
    """Where a WAV lies."""

    key: str
    sha256: str
    size_bytes: int = 0


@dataclass(frozen=True)
class AttributeAnswer:
    """An answer with a recording; see AnswerAudio for the fields of the same name."""

    interview_id: str
    attempt: int
    answer_id: str
    revision: int
    position: int
    channel: Channel
    recording: Recording
    speech: tuple[Span, ...] = ()
    words: tuple[Word, ...] = ()
    interviewer_voice: Recording | None = None
    interviewer_spans: tuple[Span, ...] = ()


class AttributeAnswerHandler:
    """Does it. Doing it again gives the same and replaces what was kept."""

    def __init__(
        self,
        recordings: RecordingStore,
        attributor: AnswerAttributor,
        archive: VoiceArchive,
        candidate_audio: CandidateAudioStore,
        *,
        max_audio_bytes: int,
    ) -> None:
        self._recordings = recordings
        self._attributor = attributor
        self._archive = archive
        self._candidate_audio = candidate_audio
        self._max_audio_bytes = max_audio_bytes

    async def __call__(self, command: AttributeAnswer) -> tuple[Attributed, StoredAudio]:
        """The attribution, and where the candidate-only audio lies.

        Raises:
            InvalidError: the audio cannot be read or is too long.
            NotFoundError: the recording is not there.
            TransientError: the store or the worker is away.
        """
        attributed = await self._attributor.attribute(await self._gather(command))
        await self._archive.keep(command.interview_id, command.attempt, attributed.record)
        stored = await self._candidate_audio.keep(
            command.interview_id,
            command.attempt,
            command.answer_id,
            command.revision,
            attributed.candidate_wav,
        )
        return attributed, stored

    async def _gather(self, command: AttributeAnswer) -> AnswerAudio:
        recording = command.recording
        if recording.size_bytes > self._max_audio_bytes:
            raise InvalidError(
                f"the recording has {recording.size_bytes} bytes, the limit is "
                f"{self._max_audio_bytes}",
                code="audio_too_long",
            )
        earlier = await self._archive.before(
            command.interview_id, command.attempt, command.position, command.answer_id
        )
        audio = AnswerAudio(
            answer_id=command.answer_id,
            revision=command.revision,
            position=command.position,
            channel=command.channel,
            wav=await self._recordings.get(recording.key, recording.sha256 or None),
            speech=command.speech,
            words=command.words,
            earlier=tuple(earlier),
        )
        return await self._with_interviewer(audio, command)

    async def _with_interviewer(self, audio: AnswerAudio, command: AttributeAnswer) -> AnswerAudio:
        """Its voice matters only where it was heard; without it, answers are attributed still."""
        voice = command.interviewer_voice
        if voice is None or not command.interviewer_spans:
            return audio
        try:
            wav = await self._recordings.get(voice.key, voice.sha256 or None)
        except (NotFoundError, InvalidError) as error:
            _log.warning("interviewer_voice_unusable", code=error.code)
            return audio
        return replace(
            audio,
            interviewer_wav=wav,
            interviewer_key=voice.sha256 or voice.key,
            interviewer_spans=command.interviewer_spans,
        )
