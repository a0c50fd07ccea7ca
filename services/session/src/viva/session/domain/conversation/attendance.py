"""Coming, going and agreeing: what the candidate's side does besides speaking."""

from viva.session.domain.conversation import cues
from viva.session.domain.conversation.actions import Ask, JudgeTurn, Need, Release, Save, Start
from viva.session.domain.conversation.agenda import (
    after_speaking,
    ask_again,
    ask_next,
    begin_if_ready,
    close,
    close_answer,
    end,
    open_interview,
)
from viva.session.domain.conversation.draft import Draft
from viva.session.domain.conversation.ending import EndedBy
from viva.session.domain.conversation.facts import Attached, ClientChanged, Detached, Heard, Resumed
from viva.session.domain.conversation.speaking import flush, say, send_again
from viva.session.domain.conversation.state import Span, Stage

_NUMBERS_PER_EPOCH = 1_000_000
_MOST_CONSENT = 2
_UPLINK_MS = 2_000
_SUSPENDED_LEAST_MS = 60_000


def on_attached(d: Draft, fact: Attached) -> None:
    """A client is there: begins, goes on, or asks the same question again."""
    d.set(attached=True, absent_ms=0)
    if d.state.stage is Stage.WAITING:
        begin_if_ready(d)
    elif d.state.stage is not Stage.ENDED:
        if fact.lossless and not fact.fresh:
            send_again(d)
        else:
            _say_again(d, fresh=fact.fresh)
        d.do(Save())


def on_detached(d: Draft, _: Detached) -> None:
    """Nobody is there; the grace counts from the first word of it."""
    if d.state.attached:
        d.set(attached=False, absent_ms=0)


def _say_again(d: Draft, *, fresh: bool) -> None:
    if fresh:
        d.set(playing=())
    else:
        flush(d)
    close_speech(d)
    d.answer(since=d.state.position)
    stage = d.state.stage
    if stage is Stage.OPENING:
        open_interview(d)
    elif stage is Stage.CONSENTING:
        say(d, "consent")
    elif stage is Stage.CLOSING:
        say(d, _closing_key(d.state.ending))
    elif d.state.answer is None:
        d.set(choice_due=-1)
        ask_next(d, "lost")
    else:
        ask_again(d, "lost")
    d.set(previous=None)


def _closing_key(ending: str) -> str:
    return {
        EndedBy.TOTAL_LIMIT: "closing:time",
        EndedBy.SILENT: "closing:silent",
        EndedBy.CONSENT_REFUSED: "closing:refused",
    }.get(EndedBy(ending), "closing")


def close_speech(d: Draft) -> None:
    """Speech that was going on when the sound broke off counts up to there."""
    speech, answer = d.state.speech, d.state.answer
    if speech is None:
        return
    d.set(speech=None)
    if not speech.over and answer is not None and d.state.position > speech.began:
        span = Span(speech.began, d.state.position)
        d.answer(spans=(*answer.spans, span), requested=answer.requested or span.start)


def on_resumed(d: Draft, fact: Resumed) -> None:
    """Starts a new epoch: numbers are new, and models are asked again."""
    first = fact.epoch * _NUMBERS_PER_EPOCH + 1
    d.set(next_number=max(d.state.next_number, first), signal_lost=False)
    close_speech(d)
    answer = d.state.answer
    if answer is not None and answer.spans:
        known = max((t.end for t in answer.texts), default=answer.spans[0].start)
        d.answer(requested=known)
        if answer.judged_until != answer.end:
            d.do(JudgeTurn(answer.end))


def mind_absence(d: Draft) -> None:
    """Ends a conversation whose candidate stays away; forgets one that never began."""
    state = d.state
    if state.stage is Stage.WAITING:
        limit = d.timing.waiting_ms if state.attached else d.plan.grace_ms
        if state.absent_ms >= limit:
            d.do(Release())
        return
    grace = d.plan.grace_ms
    if state.attached:
        grace = max(grace, _SUSPENDED_LEAST_MS)
    if state.absent_ms >= grace:
        leave(d, EndedBy.DROPPED, cut_short=True)


def leave(d: Draft, reason: EndedBy, *, cut_short: bool) -> None:
    """Ends now, keeping what was said of an answer under way."""
    if d.state.stage is Stage.WAITING:
        d.do(Release())
        return
    if d.state.stage is Stage.CLOSING:
        reason = EndedBy(d.state.ending)
    answer = d.under_way
    if answer is not None and (answer.spans or d.state.speech is not None):
        close_answer(d, cut_short=cut_short)
    end(d, reason)


def on_consented(d: Draft, *, granted: bool) -> None:
    """Takes the answer to being recorded."""
    if d.state.stage is Stage.WAITING:
        d.set(consented=granted)
        if granted:
            begin_if_ready(d)
        else:
            d.set(started_clock=d.state.clock)
            d.do(Start())
            close(d, "closing:refused", reason=EndedBy.CONSENT_REFUSED)
    elif d.state.stage in (Stage.CONSENTING, Stage.OPENING) and not d.state.consented:
        flush(d)
        if granted:
            d.set(consented=True, stage=Stage.OPENING)
            after_speaking(d, d.state.position)
        else:
            close(d, "closing:refused", reason=EndedBy.CONSENT_REFUSED)


def hear_consent(d: Draft, fact: Heard) -> None:
    """Understands a spoken yes or no."""
    granted = cues.agrees(fact.text or "")
    if granted is not None:
        on_consented(d, granted=granted)


def mind_consent(d: Draft) -> None:
    """Asks for consent again when there is no answer, then takes silence for a no."""
    state = d.state
    if state.stage is not Stage.CONSENTING or state.playing or state.speech is not None:
        return
    if state.position - state.quiet_since < d.stretched(d.timing.consent_ms):
        return
    if state.consent_asked < _MOST_CONSENT:
        d.set(consent_asked=state.consent_asked + 1)
        say(d, "consent")
    else:
        close(d, "closing:refused", reason=EndedBy.CONSENT_REFUSED)


def on_client(d: Draft, fact: ClientChanged) -> None:
    """Waits while the device or the network holds the sound back, and says so."""
    slow = fact.uplink_queue_ms > _UPLINK_MS
    if slow and not d.state.paused:
        d.do(Ask(Need.UPLINK))
    if fact.muted and d.state.stage is Stage.LISTENING:
        d.do(Ask(Need.MICROPHONE))
    paused = slow or fact.interrupted
    if d.state.paused and not paused:
        d.answer(since=d.state.position)
        d.set(quiet_since=max(d.state.quiet_since, d.state.position))
    d.set(paused=paused)


def on_gap(d: Draft, end_position: int) -> None:
    """Absence is no silence: it counts from the gap's end."""
    d.answer(since=max(end_position, d.state.answer.since if d.state.answer else 0))
    d.set(quiet_since=max(d.state.quiet_since, end_position))
