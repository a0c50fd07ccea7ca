"""Voice activity: an answer's speech, speech over the interviewer, and the candidate going on."""

from dataclasses import replace

from viva.session.domain.conversation.actions import JudgeOverlap, Recognize
from viva.session.domain.conversation.agenda import open_interview, take_up
from viva.session.domain.conversation.draft import Draft
from viva.session.domain.conversation.facts import Overlap, OverlapJudged
from viva.session.domain.conversation.listening import add_speech, consider
from viva.session.domain.conversation.script_kinds import is_question
from viva.session.domain.conversation.speaking import flush
from viva.session.domain.conversation.state import Playing, Span, Speech, Stage
from viva.session.domain.conversation.timing import samples

_MOST_INTERRUPTIONS = 2
_TAIL_MS = 300
# Inside a word no sound stops for longer: what follows so soon belongs to it, however short.
_CLOSURE_MS = 160


def on_began(d: Draft, position: int) -> None:
    """Speech begins; over the interviewer it is nothing until it is judged."""
    state = d.state
    if state.stage in (Stage.WAITING, Stage.ENDED):
        return
    if state.speech is not None and state.speech.ended < 0:
        return
    started = any(0 <= item.started <= position for item in state.playing)
    over = started or position < state.audible_until
    d.set(speech=Speech(began=position, over=over))


def on_ended(d: Draft, position: int) -> None:
    """Speech ends; a click or a cough is forgotten."""
    speech = d.state.speech
    if speech is None or speech.ended >= 0:
        return
    d.set(quiet_since=max(position, d.state.quiet_since))
    if speech.over and speech.judged_at and not speech.verdict:
        d.set(speech=replace(speech, ended=position))
        return
    _finish(d, speech, position)


def _finish(d: Draft, speech: Speech, end: int) -> None:
    start = speech.began
    if speech.over:
        # What goes on after the interviewer's last sound is the candidate's.
        start = max(start, d.state.audible_until - samples(d.timing.echo_ms))
        least = d.state.audible_until + samples(_TAIL_MS)
        if speech.verdict == Overlap.ECHO or end < least:
            d.set(speech=None)
            return
    d.set(speech=None)
    if end - start < samples(d.timing.least_speech_ms) and not _within_a_word(d, start):
        consider(d)
    elif d.state.stage is Stage.CONSENTING:
        d.do(Recognize(start, end))
    elif d.state.stage is Stage.LISTENING:
        add_speech(d, Span(start, end))


def _within_a_word(d: Draft, start: int) -> bool:
    """Whether the answer's last sound was only a moment before."""
    answer = d.state.answer
    if answer is None or not answer.spans or d.state.stage is not Stage.LISTENING:
        return False
    return start - answer.end <= samples(_CLOSURE_MS)


def mind_speech(d: Draft) -> None:
    """Judges speech that goes on: an interruption, an answer taken up, or an echo."""
    speech = d.state.speech
    if speech is None:
        return
    lasted = d.state.position - speech.began
    if not speech.over:
        if lasted >= samples(d.timing.take_up_ms) and d.state.playing:
            _withdraw_unheard(d, speech)
        return
    if speech.ended < 0 and not d.state.playing and _outlasts(d, speech):
        start = max(speech.began, d.state.audible_until - samples(d.timing.echo_ms))
        d.set(speech=Speech(began=start))
        return
    judged = speech.judged_at - speech.began if speech.judged_at else 0
    waiting = bool(speech.judged_at) and not speech.verdict
    after = d.timing.rejudge_ms if judged else d.timing.interruption_ms
    if speech.ended < 0 and not waiting and lasted - judged >= samples(after):
        d.set(speech=replace(speech, judged_at=d.state.position, verdict=""))
        d.do(JudgeOverlap(speech.began, d.state.position))


def _outlasts(d: Draft, speech: Speech) -> bool:
    return speech.verdict != Overlap.ECHO and d.state.position >= d.state.audible_until + samples(
        _TAIL_MS
    )


def _withdraw_unheard(d: Draft, speech: Speech) -> None:
    """The candidate spoke before the reply sounded: it is withdrawn at once."""
    first = d.state.playing[0]
    if 0 <= first.started <= speech.began:
        d.set(speech=replace(speech, over=True))
    elif d.state.previous is not None and d.state.stage in (Stage.ASKING, Stage.CLOSING):
        take_up(d)
    elif d.state.stage is Stage.LISTENING:
        flush(d)
    else:
        d.set(speech=replace(speech, over=True))


def on_overlap(d: Draft, fact: OverlapJudged) -> None:
    """Takes the verdict on speech over the interviewer."""
    speech = d.state.speech
    if speech is None or not speech.over or speech.began != fact.start:
        return
    brief = 0 <= speech.ended < speech.began + samples(d.timing.least_interruption_ms)
    if fact.kind is Overlap.WORDS and not brief and _interrupts(d):
        d.set(speech=replace(speech, over=False, verdict=fact.kind.value))
        if speech.ended >= 0:
            _finish(d, replace(speech, over=False), speech.ended)
    elif speech.ended >= 0:
        _finish(d, replace(speech, verdict=fact.kind.value), speech.ended)
    else:
        d.set(speech=replace(speech, verdict=fact.kind.value))


def _interrupts(d: Draft) -> bool:
    """Stops the interviewer where an interruption may; returns whether it did."""
    stage = d.state.stage
    if stage is Stage.LISTENING:
        flush(d)
        return True
    if stage in (Stage.ASKING, Stage.CLOSING) and _can_take_up(d):
        take_up(d)
        return True
    if stage is Stage.ASKING and d.state.answer is not None:
        question = next((i for i in d.state.playing if is_question(i.key)), None)
        share = _share(question)
        flush(d)
        d.set(stage=Stage.LISTENING)
        d.answer(asked_at=d.state.position, since=d.state.position, heard_share=share)
        return True
    if stage is Stage.OPENING and d.state.interruptions < _MOST_INTERRUPTIONS:
        flush(d)
        d.set(interruptions=d.state.interruptions + 1)
        return True
    return stage is Stage.CONSENTING


def _can_take_up(d: Draft) -> bool:
    """Whether the reply was not understood yet, so that the speech belongs to the answer before."""
    if d.state.previous is None:
        return False
    if d.state.choice_due >= 0:
        return True
    new = next((i for i in d.state.playing if is_question(i.key) or i.key == "closing"), None)
    return new is not None and new.heard < samples(d.timing.not_yet_heard_ms)


def _share(question: Playing | None) -> float:
    return 1.0 if question is None else question.heard / max(1, question.samples)


def resume_opening(d: Draft) -> None:
    """Goes on with the opening when whoever interrupted it is quiet."""
    state = d.state
    if state.stage is not Stage.OPENING or state.playing or state.speech is not None:
        return
    if state.position - state.quiet_since >= samples(d.timing.resume_ms):
        open_interview(d)
