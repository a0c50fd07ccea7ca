"""One step of the conversation while it is being worked out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from viva.session.domain.conversation.actions import Action
from viva.session.domain.conversation.state import Answer, Slot, State
from viva.session.domain.conversation.timing import Timing, samples
from viva.session.domain.conversation.turn import TurnCurve
from viva.session.domain.plan import Plan, QuestionPlan
from viva.session.domain.script import follow_up_key, question_key


@dataclass(frozen=True)
class Rules:
    """What does not change while one conversation runs."""

    plan: Plan
    # Prompt key to its length in samples.
    durations: Mapping[str, int]
    timing: Timing = field(default_factory=Timing)
    curve: TurnCurve = field(default_factory=TurnCurve)


class Draft:
    """The state so far and the actions so far."""

    def __init__(self, rules: Rules, state: State) -> None:
        self.rules = rules
        self.plan = rules.plan
        self.timing = rules.timing
        self.state = state
        self.actions: list[Action] = []

    def set(self, **changes: Any) -> None:
        """Changes fields of the state."""
        self.state = replace(self.state, **changes)

    def answer(self, **changes: Any) -> None:
        """Changes fields of the current answer."""
        if self.state.answer is not None:
            self.set(answer=replace(self.state.answer, **changes))

    def do(self, action: Action) -> None:
        """Wants something done."""
        self.actions.append(action)

    def stretched(self, ms: float) -> int:
        """Milliseconds as samples, stretched by the candidate's accommodations."""
        return samples(ms * max(1.0, self.plan.time_factor))

    def question(self, slot: Slot) -> QuestionPlan:
        """The question of a slot."""
        return self.plan.questions[slot.question]

    def prompt(self, slot: Slot) -> str:
        """The prompt key of a slot."""
        question = self.question(slot)
        if slot.follow_up:
            return follow_up_key(question.id, slot.follow_up)
        return question_key(question.id)

    @property
    def under_way(self) -> Answer | None:
        """The current answer, if the candidate has begun it."""
        answer = self.state.answer
        speech = self.state.speech
        talking = speech is not None and not speech.over
        return answer if answer is not None and (answer.spans or talking) else None
