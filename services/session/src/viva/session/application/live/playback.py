"""What the candidate heard of the interviewer, and where on the clock."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from viva.audio.pcm import Samples, to_samples
from viva.session.domain.conversation.facts import Played
from viva.session.domain.conversation.state import Span

_KEPT = 400


@dataclass(frozen=True)
class Run:
    """Samples [offset, offset + count) of a prompt, heard from `position` on."""

    utterance: int
    key: str
    offset: int
    count: int
    position: int

    @property
    def end(self) -> int:
        """The position after its last sample."""
        return self.position + self.count


class Playback:
    """Gathers reports of what was played into runs that are as long as they can be."""

    def __init__(self) -> None:
        self._keys: dict[int, str] = {}
        self._runs: list[Run] = []
        self._closed: list[Run] = []
        self._open: Run | None = None

    def sent(self, number: int, key: str) -> None:
        """Notes which prompt an utterance is."""
        self._keys[number] = key

    def played(self, fact: Played) -> None:
        """Takes a report."""
        key = self._keys.get(fact.utterance)
        if key is None or fact.count <= 0:
            return
        run = Run(fact.utterance, key, fact.offset, fact.count, fact.position)
        last = self._open
        if last is not None and _continues(last, run):
            self._open = replace(last, count=last.count + run.count)
            self._runs[-1] = self._open
            return
        if last is not None:
            self._closed.append(last)
        self._open = run
        self._runs = [*self._runs[-_KEPT:], run]

    def stopped(self) -> None:
        """Nothing more comes of the utterance that was playing."""
        if self._open is not None:
            self._closed.append(self._open)
            self._open = None

    def take_closed(self) -> list[Run]:
        """Runs that are complete and were not taken yet, to be stored."""
        closed, self._closed = self._closed, []
        return closed

    def spans(self, start: int, end: int) -> list[Span]:
        """Where the interviewer was heard within [start, end)."""
        found: list[Span] = []
        for run in self._runs:
            first, last = max(start, run.position), min(end, run.end)
            if first < last:
                if found and first <= found[-1].end:
                    first = found.pop().start
                found.append(Span(first, last))
        return found

    def keys(self, start: int, end: int) -> list[str]:
        """The prompts that were heard within [start, end)."""
        return [r.key for r in self._runs if r.position < end and start < r.end]

    def heard(self, start: int, end: int, pcm_of: Callable[[str], bytes]) -> Samples:
        """The interviewer's sound in [start, end), silence between."""
        track = np.zeros(max(0, end - start), dtype=np.int16)
        for run in self._runs:
            first, last = max(start, run.position), min(end, run.end)
            if first < last:
                offset = run.offset + first - run.position
                piece = to_samples(pcm_of(run.key))[offset : offset + last - first]
                track[first - start : first - start + len(piece)] = piece
        return track


def _continues(last: Run, run: Run) -> bool:
    # A report may be some samples off: a run is one as long as nothing audible is between.
    slack = 32
    return (
        run.utterance == last.utterance
        and run.offset == last.offset + last.count
        and abs(run.position - last.end) <= slack
    )
