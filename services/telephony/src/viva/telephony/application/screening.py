"""Tells a voicemail from a person by the first seconds: people say a word and wait."""

import asyncio
import enum
from dataclasses import dataclass

from viva.audio.pcm import level_dbfs, milliseconds_of, to_samples
from viva.audio.tones import ToneFinder
from viva.telephony.application.ear import Ear
from viva.telephony.application.ports import Frame


class Taker(enum.Enum):
    """Who took the call."""

    PERSON = "person"
    MACHINE = "machine"


@dataclass(frozen=True)
class ScreeningRules:
    """Times in milliseconds of sound.

    Attributes:
        quiet_ms: nobody spoke for so long: a person who waits for us to begin.
        pause_ms: after a word, so long a pause is a person who waits.
        word_ms: whoever has said more than such a word may only take breath at such a pause.
        long_pause_ms: that one's pause before it is a person who waits.
        greeting_ms: whoever speaks for so long without such a pause is a recorded greeting.
        beep_ms: shortest and longest pure tone that is a machine's beep.
        absent_ms: a line that gives nothing for less is held up; who is there is not told by it.
        speech_dbfs: louder is speech; telephone lines are quiet between words.
    """

    quiet_ms: float = 1300
    pause_ms: float = 550
    word_ms: float = 1400
    long_pause_ms: float = 1200
    greeting_ms: float = 2700
    beep_ms: tuple[float, float] = (150, 2000)
    absent_ms: float = 2000
    speech_dbfs: float = -42.0


class Screening:
    """Follows the first frames until it is clear who is there: by the samples alone."""

    def __init__(self, rules: ScreeningRules | None = None) -> None:
        self._rules = rules or ScreeningRules()
        self._quiet_ms = 0.0
        self._speech_ms = 0.0
        self._absent_ms = 0.0
        self._tones = ToneFinder()

    def hear(self, frame: Frame) -> Taker | None:
        """Takes a frame; who it is, once that is clear."""
        samples = to_samples(frame.pcm)
        length_ms = milliseconds_of(len(samples))
        self._absent_ms = self._absent_ms + length_ms if frame.missing else 0.0
        if frame.missing and self._absent_ms < self._rules.absent_ms:
            return None
        self._tones.feed(samples)
        if self._beeped():
            return Taker.MACHINE
        if level_dbfs(samples) > self._rules.speech_dbfs:
            # A short pause inside speech belongs to it.
            self._speech_ms += length_ms + (self._quiet_ms if self._speech_ms else 0.0)
            self._quiet_ms = 0.0
        else:
            self._quiet_ms += length_ms
        if self._speech_ms >= self._rules.greeting_ms:
            return Taker.MACHINE
        return Taker.PERSON if self._quiet_ms >= self._enough_ms() else None

    def _enough_ms(self) -> float:
        """How long a silence tells that it is a person."""
        if not self._speech_ms:
            return self._rules.quiet_ms
        short = self._speech_ms <= self._rules.word_ms
        return self._rules.pause_ms if short else self._rules.long_pause_ms

    def _beeped(self) -> bool:
        """Whether a tone is over that was long enough and no line's own."""
        shortest, longest = self._rules.beep_ms
        over = [tone for tone in self._tones.tones if tone.end < self._tones.position]
        return any(shortest <= milliseconds_of(t.end - t.start) <= longest for t in over)


async def screen(ear: Ear, machine: asyncio.Event, rules: ScreeningRules) -> Taker | None:
    """Listens until it is clear who took the call; None where the leg ended before.

    Args:
        machine: set where the carrier says that it is one.
    """
    screening = Screening(rules)
    while (frame := await ear.next()) is not None:
        if machine.is_set():
            return Taker.MACHINE
        if taker := screening.hear(frame):
            return taker
    return None
