"""What the page shows of a conversation's state."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from viva.session.domain.conversation.draft import Rules
from viva.session.domain.conversation.state import Stage, State
from viva.session.domain.conversation.timing import milliseconds, samples


class Phase(StrEnum):
    """What is going on, in the candidate's words."""

    WAITING = "waiting"
    SPEAKING = "speaking"
    LISTENING = "listening"
    THINKING = "thinking"
    PAUSED = "paused"
    CLOSING = "closing"


@dataclass(frozen=True)
class Progress:
    """Where the candidate is in the interview.

    Attributes:
        question: among the scored ones, from 1; 0 before the first.
        key: of the prompt that is being said; empty while none is.
        caption: its text.
    """

    phase: Phase
    question: int
    questions: int
    question_id: str
    key: str
    caption: str
    thinking_left_ms: int


def progress(rules: Rules, state: State, texts: Mapping[str, str]) -> Progress:
    """The state as the candidate sees it; `texts` are those of the prompts."""
    key = state.playing[0].key if state.playing else ""
    answer = state.answer or state.previous
    scored = [not q.warm_up for q in rules.plan.questions]
    number = sum(scored[: answer.slot.question + 1]) if answer is not None else 0
    left = _thinking_left_ms(rules, state)
    return Progress(
        phase=_phase(state, left),
        question=number,
        questions=sum(scored),
        question_id=rules.plan.questions[answer.slot.question].id if answer is not None else "",
        key=key,
        caption=texts.get(key, ""),
        thinking_left_ms=left,
    )


def _phase(state: State, thinking_left_ms: int) -> Phase:
    if state.stage is Stage.WAITING:
        return Phase.WAITING
    if state.stage in (Stage.CLOSING, Stage.ENDED):
        return Phase.CLOSING
    if state.paused:
        return Phase.PAUSED
    if state.playing or state.stage in (Stage.OPENING, Stage.ASKING):
        return Phase.SPEAKING
    return Phase.THINKING if thinking_left_ms else Phase.LISTENING


def _thinking_left_ms(rules: Rules, state: State) -> int:
    """In steps of a second, so that it is not sent more often."""
    answer = state.answer
    if state.stage is not Stage.LISTENING or answer is None or answer.spans or state.speech:
        return 0
    if answer.slot.follow_up or state.playing:
        return 0
    offered = rules.plan.questions[answer.slot.question].thinking_time_ms
    total = samples(offered * max(1.0, rules.plan.time_factor))
    left_ms = milliseconds(total - (state.position - answer.since))
    return max(0, left_ms // 1000 * 1000)
