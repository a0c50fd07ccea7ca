"""An answer's recording and all that the pipeline must know of it."""

from viva.audio.pcm import to_samples
from viva.audio.wav import write_wav
from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.ids import derived_id
from viva.session.application.live.playback import Playback
from viva.session.application.live.ports import Setting
from viva.session.application.live.timeline import Timeline
from viva.session.domain.conversation.actions import CloseAnswer
from viva.session.domain.conversation.state import Slot
from viva.session.domain.conversation.timing import milliseconds, samples

_LEAD = samples(300)
_TAIL = samples(200)


def first_needed(start: int) -> int:
    """The first position that the recording of an answer which begins at `start` takes in."""
    return max(0, start - _LEAD)


def answer_id(setting: Setting, slot: Slot) -> str:
    """The same for every revision, and on every replica."""
    return derived_id(
        "ans", setting.interview_id, str(setting.attempt), str(slot.question), slot.follow_up
    )


def describe(
    setting: Setting, close: CloseAnswer, timeline: Timeline, playback: Playback
) -> tuple[common.AnswerContext, bytes | None]:
    """The answer as the pipeline gets it, its audio still without a reference, and its WAV.

    A typed answer has no WAV.
    """
    context = _context(setting, close)
    if close.typed:
        return context, None
    start = max(timeline.start, first_needed(close.start))
    end = min(timeline.until, close.end + _TAIL)
    pcm = to_samples(timeline.window(start, end))
    context.start_position = start
    context.duration_ms = milliseconds(len(pcm))
    for span in playback.spans(start, start + len(pcm)):
        context.interviewer_spans.add(
            start_ms=milliseconds(span.start - start), end_ms=milliseconds(span.end - start)
        )
    return context, write_wav(pcm)


def _context(setting: Setting, close: CloseAnswer) -> common.AnswerContext:
    spec = setting.spec
    question = spec.question_set.questions[close.slot.question]
    asked = question.text
    for follow_up in question.follow_ups:
        if follow_up.id == close.slot.follow_up:
            asked = follow_up.text
    voice = setting.prompts["greeting"]
    return common.AnswerContext(
        interview_id=setting.interview_id,
        attempt=setting.attempt,
        answer_id=answer_id(setting, close.slot),
        revision=close.revision,
        question_index=close.slot.question,
        question_id=question.id,
        follow_up_id=close.slot.follow_up,
        question_text=asked,
        warm_up=question.warm_up,
        channel=spec.channel,
        language=spec.persona.language or "en",
        competencies=[c for c in spec.framework.competencies if c.key in question.competency_keys],
        start_position=close.start,
        thinking_ms=close.thinking_ms,
        typed_text=close.typed,
        interviewer_voice=common.ObjectRef(
            key=voice.object_key, sha256=voice.object_sha256, size_bytes=voice.object_bytes
        ),
        cut_short=close.cut_short,
        tenant_id=spec.tenant_id,
    )
