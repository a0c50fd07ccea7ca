"""The log of facts: numbered, without those that changed nothing."""

from dataclasses import replace

from viva.session.application.live.ports import LoggedFact
from viva.session.domain.conversation.facts import Elapsed, Fact, FramesUntil
from viva.session.domain.conversation.machine import Step
from viva.session.domain.conversation.state import State


class Diary:
    """Numbers facts. That time passed is noted only before something else happened."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._frames: FramesUntil | None = None
        self._elapsed_ms = 0
        self._new: list[LoggedFact] = []

    @property
    def number(self) -> int:
        """Of the last fact that was noted."""
        return self._number

    def note(self, fact: Fact, before: State, step: Step) -> None:
        """Takes a fact and what it did."""
        if isinstance(fact, FramesUntil | Elapsed) and _only_time(before, step):
            if isinstance(fact, FramesUntil):
                self._frames = fact
            else:
                self._elapsed_ms += fact.ms
            return
        self.settle(before)
        self._append(fact, before)

    def settle(self, state: State) -> None:
        """Notes the time that passed so far."""
        if self._frames is not None:
            self._append(self._frames, state)
            self._frames = None
        if self._elapsed_ms:
            self._append(Elapsed(self._elapsed_ms), state)
            self._elapsed_ms = 0

    def take(self) -> list[LoggedFact]:
        """What was noted and not taken yet."""
        new, self._new = self._new, []
        return new

    def _append(self, fact: Fact, state: State) -> None:
        self._number += 1
        self._new.append(LoggedFact(self._number, state.position, fact))


def _only_time(before: State, step: Step) -> bool:
    if step.actions:
        return False
    after = step.state
    return before == replace(
        after,
        position=before.position,
        elapsed_ms=before.elapsed_ms,
        absent_ms=before.absent_ms,
    )
