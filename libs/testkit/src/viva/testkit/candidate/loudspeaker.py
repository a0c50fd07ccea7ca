"""Plays utterances on the sample clock, and says what was really heard."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from viva.testkit.candidate.script import SAMPLE_RATE_HZ, Samples

REPORT_EVERY = SAMPLE_RATE_HZ // 5


@dataclass
class Utterance:
    """One utterance as it was received."""

    number: int
    caption: str
    samples: Samples
    heard: int = 0


@dataclass(frozen=True)
class Played:
    """A run that left the loudspeaker: utterance, offset and count in samples, capture position."""

    utterance: int
    offset: int
    count: int
    position: int


@dataclass(frozen=True)
class Stopped:
    """The one terminal report of an utterance."""

    utterance: int
    heard: int
    position: int


Report = Played | Stopped


@dataclass
class Loudspeaker:
    """A queue of utterances, played in order, never trimmed."""

    _queue: deque[Utterance] = field(default_factory=deque)
    _known: set[int] = field(default_factory=set)
    _run: Played | None = None
    _reports: list[Report] = field(default_factory=list)

    @property
    def current(self) -> Utterance | None:
        """What is being played, or comes next."""
        return self._queue[0] if self._queue else None

    @property
    def idle(self) -> bool:
        """True where nothing is left to play."""
        return not self._queue

    def add(self, utterance: Utterance) -> None:
        """Appends an utterance; a known number is ignored."""
        if utterance.number not in self._known:
            self._known.add(utterance.number)
            self._queue.append(utterance)

    def flush(self, number: int, position: int) -> None:
        """Stops an utterance at once."""
        for utterance in list(self._queue):
            if utterance.number == number:
                self._finish(utterance, position)

    def play(self, position: int, count: int) -> Samples:
        """Plays the next `count` samples at a capture position; silence where there is nothing."""
        out = np.zeros(count, dtype=np.int16)
        filled = 0
        while filled < count and self._queue:
            utterance = self._queue[0]
            part = utterance.samples[utterance.heard : utterance.heard + count - filled]
            out[filled : filled + len(part)] = part
            if len(part):
                self._extend_run(utterance, len(part), position + filled)
            filled += len(part)
            if utterance.heard >= len(utterance.samples):
                self._finish(utterance, position + filled)
        return out

    def take_reports(self) -> list[Report]:
        """Gives what happened since the last call, in order."""
        reports, self._reports = self._reports, []
        return reports

    def _extend_run(self, utterance: Utterance, count: int, position: int) -> None:
        run = self._run
        if run is not None and run.utterance == utterance.number:
            self._run = Played(run.utterance, run.offset, run.count + count, run.position)
        else:
            self._close_run()
            self._run = Played(utterance.number, utterance.heard, count, position)
        utterance.heard += count
        if self._run is not None and self._run.count >= REPORT_EVERY:
            self._close_run()

    def _close_run(self) -> None:
        if self._run is not None:
            self._reports.append(self._run)
            self._run = None

    def _finish(self, utterance: Utterance, position: int) -> None:
        if self._run is not None and self._run.utterance == utterance.number:
            self._close_run()
        self._queue.remove(utterance)
        self._reports.append(Stopped(utterance.number, utterance.heard, position))
