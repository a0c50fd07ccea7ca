"""Results as messages."""

from viva.contracts.asr.events.v1 import events_pb2 as asr_events
from viva.contracts.common.v1 import common_pb2
from viva.contracts.diarization.events.v1 import events_pb2 as diarization_events
from viva.diarization.application.model import Attributed
from viva.diarization.application.ports import StoredAudio
from viva.diarization.domain.model import Role, Voice

_ROLES = {
    Role.CANDIDATE: common_pb2.SPEAKER_ROLE_CANDIDATE,
    Role.OTHER: common_pb2.SPEAKER_ROLE_OTHER,
    Role.INTERVIEWER: common_pb2.SPEAKER_ROLE_INTERVIEWER,
}


def attributed_message(
    transcribed: asr_events.AnswerTranscribed, attributed: Attributed, audio: StoredAudio
) -> diarization_events.AnswerAttributed:
    """The event: the answer as it came, its words with their speakers, the attribution."""
    message = diarization_events.AnswerAttributed(
        answer=transcribed.answer, transcript=transcribed.transcript
    )
    for word, spoken in zip(message.transcript.words, attributed.words, strict=True):
        word.speaker = spoken.voice
        word.dropped = spoken.dropped
    attribution = message.attribution
    attribution.speakers.extend(_speaker(voice) for voice in attributed.voices)
    for turn in attributed.turns:
        span = common_pb2.Span(start_ms=turn.span.start_ms, end_ms=turn.span.end_ms)
        attribution.turns.add(span=span, speaker=turn.voice)
    for at_once in attributed.overlaps:
        attribution.overlaps.add(start_ms=at_once.start_ms, end_ms=at_once.end_ms)
    if attributed.least_alike is not None:
        least = attributed.least_alike
        attribution.least_alike.candidate_llr = least.candidate_llr
        attribution.least_alike.span.start_ms = least.span.start_ms
        attribution.least_alike.span.end_ms = least.span.end_ms
    attribution.candidate_audio.CopyFrom(
        common_pb2.ObjectRef(key=audio.key, sha256=audio.sha256, size_bytes=audio.size_bytes)
    )
    attribution.dropped_words = sum(spoken.dropped for spoken in attributed.words)
    for model in attributed.models:
        attribution.models.add(name=model.name, version=model.version, sha256=model.sha256)
    return message


def _speaker(voice: Voice) -> common_pb2.Speaker:
    return common_pb2.Speaker(
        label=voice.label,
        role=_ROLES[voice.role],
        speech_ms=voice.speech_ms,
        similarity_to_candidate=voice.similarity_to_candidate,
        similarity_to_interviewer=voice.similarity_to_interviewer,
    )
