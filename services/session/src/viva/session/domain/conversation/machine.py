"""The conversation: a state and a fact give the next state and what to do. Pure.

Nothing here reads a clock, touches a device or asks a model: the same facts give the same
conversation, word for word.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from viva.session.domain.conversation import attendance, facts, listening, voice
from viva.session.domain.conversation.actions import Action
from viva.session.domain.conversation.agenda import (
    after_speaking,
    ask_again,
    begin_if_ready,
    close_answer,
    go_on,
)
from viva.session.domain.conversation.draft import Draft, Rules
from viva.session.domain.conversation.ending import EndedBy
from viva.session.domain.conversation.facts import Command, Fact
from viva.session.domain.conversation.speaking import drop_overdue, flush, on_played, on_stopped
from viva.session.domain.conversation.state import Stage, State, Text
from viva.session.domain.conversation.turn import TurnWait


@dataclass(frozen=True)
class Step:
    """The next state, and the actions in the order in which they are to be carried out."""

    state: State
    actions: tuple[Action, ...]


def conversation(rules: Rules, state: State, fact: Fact) -> Step:
    """One step."""
    if state.stage is Stage.ENDED:
        return Step(state, ())
    draft = Draft(rules, state)
    _HANDLERS[type(fact)](draft, fact)
    return Step(draft.state, tuple(draft.actions))


def _frames(d: Draft, fact: facts.FramesUntil) -> None:
    if fact.position <= d.state.position:
        return
    d.set(position=fact.position, absent_ms=0)
    _mind(d)


def _elapsed(d: Draft, fact: facts.Elapsed) -> None:
    d.set(elapsed_ms=d.state.elapsed_ms + fact.ms, absent_ms=d.state.absent_ms + fact.ms)
    attendance.mind_absence(d)
    if d.state.stage is not Stage.ENDED:
        _mind(d)


_MINDS: tuple[Callable[[Draft], None], ...] = (
    listening.limit_total,
    voice.mind_speech,
    listening.limit_answer,
    listening.recognize_long_speech,
    listening.choice_overdue,
    listening.consider,
    listening.mind_silence,
    attendance.mind_consent,
    voice.resume_opening,
)


def _mind(d: Draft) -> None:
    """Everything that time alone can bring."""
    if d.state.attached and drop_overdue(d):
        after_speaking(d, d.state.position)
    for mind in _MINDS:
        if d.state.stage not in (Stage.WAITING, Stage.ENDED):
            mind(d)


def _stopped(d: Draft, fact: facts.Stopped) -> None:
    if on_stopped(d, fact):
        after_speaking(d, max(fact.position, 0))


def _heard(d: Draft, fact: facts.Heard) -> None:
    if d.state.stage is Stage.CONSENTING:
        attendance.hear_consent(d, fact)
    else:
        listening.on_heard(d, fact)


def _commanded(d: Draft, fact: facts.Commanded) -> None:
    if fact.kind is Command.READY:
        d.set(ready=True)
        begin_if_ready(d)
    elif fact.kind is Command.REPEAT and d.state.stage in (Stage.ASKING, Stage.LISTENING):
        ask_again(d, "repeat")
    elif fact.kind is Command.DONE and d.state.stage is Stage.LISTENING:
        _done(d)
    elif fact.kind is Command.SKIP and d.state.stage in (Stage.ASKING, Stage.LISTENING):
        _skip(d)


def _done(d: Draft) -> None:
    if d.under_way is not None:
        listening.end_turn(d, wait=TurnWait(0, sure=True, reason="done"), reason="done")
    else:
        _skip(d)


def _skip(d: Draft) -> None:
    answer = d.state.answer
    if answer is None:
        return
    flush(d)
    if d.under_way is not None:
        close_answer(d)
    listening.skip_to(d, answer.slot)


_KEYS = {"#": Command.DONE, "*": Command.REPEAT, "0": Command.SKIP}


def _key(d: Draft, fact: facts.KeyPressed) -> None:
    if fact.digit in "12" and d.state.stage in (Stage.OPENING, Stage.CONSENTING):
        attendance.on_consented(d, granted=fact.digit == "1")
    elif fact.digit in _KEYS:
        _commanded(d, facts.Commanded(_KEYS[fact.digit]))


def _typed(d: Draft, fact: facts.Typed) -> None:
    """A written answer to the question at hand, or to the one before if they crossed."""
    answer, previous = d.state.answer, d.state.previous
    if answer is None or d.question(answer.slot).id != fact.question_id:
        if previous is None or d.question(previous.slot).id != fact.question_id:
            return
        answer = previous
        d.set(answer=previous, previous=None)
    flush(d)
    at = d.state.position
    d.answer(texts=(*answer.texts, Text(at, at, fact.body)))
    d.set(speech=None, stage=Stage.LISTENING)
    close_answer(d, typed=fact.body)
    go_on(d)


def _signal_lost(d: Draft, _: facts.SignalLost) -> None:
    d.set(signal_lost=True)
    if d.state.stage is Stage.LISTENING and not d.state.playing:
        listening.tell_unheard(d)


def _signal_back(d: Draft, _: facts.SignalBack) -> None:
    d.set(signal_lost=False)


_HANDLERS: dict[type[Any], Callable[[Draft, Any], None]] = {
    facts.Attached: attendance.on_attached,
    facts.Detached: attendance.on_detached,
    facts.Resumed: attendance.on_resumed,
    facts.Bye: lambda d, _: attendance.leave(d, EndedBy.CANDIDATE_LEFT, cut_short=False),
    facts.Cancelled: lambda d, _: attendance.leave(d, EndedBy.CANCELLED, cut_short=True),
    facts.Abandoned: lambda d, fact: attendance.leave(d, fact.reason, cut_short=True),
    facts.Consented: lambda d, fact: attendance.on_consented(d, granted=fact.granted),
    facts.Commanded: _commanded,
    facts.KeyPressed: _key,
    facts.Typed: _typed,
    facts.ClientChanged: attendance.on_client,
    facts.Elapsed: _elapsed,
    facts.FramesUntil: _frames,
    facts.Gap: lambda d, fact: attendance.on_gap(d, fact.end),
    facts.SpeechBegan: lambda d, fact: voice.on_began(d, fact.position),
    facts.SpeechEnded: lambda d, fact: voice.on_ended(d, fact.position),
    facts.TurnJudged: listening.on_judged,
    facts.Heard: _heard,
    facts.OverlapJudged: voice.on_overlap,
    facts.SignalLost: _signal_lost,
    facts.SignalBack: _signal_back,
    facts.Played: on_played,
    facts.Stopped: _stopped,
}
