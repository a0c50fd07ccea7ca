"""The simulated candidate on the telephone: no screen, so everything goes by ear."""

import enum
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from viva.audio.pcm import FRAME_SAMPLES, to_bytes, to_samples
from viva.testkit.candidate.microphone import Microphone, voiced_end
from viva.testkit.candidate.report import Report, Turn
from viva.testkit.candidate.script import SAMPLE_RATE_HZ, Answer, Pause, Say
from viva.testkit.candidate.voice import Voice

HELLO = Say("Hello?")
YES = Say("Yes, I agree.")
_LOUD_RMS = 150.0
_WORD_MS = 240
_HEARD_OUT_MS = 1_200
"""So long a silence after the interviewer spoke means that it is one's turn."""


class Consent(enum.Enum):
    """How the person answers the question for consent."""

    KEY = "1"
    SPEECH = "yes"
    REFUSED = "2"
    NOT_ASKED = ""


@dataclass(frozen=True)
class PhoneHabits:
    """How the person is.

    Attributes:
        hangs_up_in: the answer (from 1) in whose middle the line drops, once.
        greets: says hello when picking up.
    """

    consent: Consent = Consent.KEY
    hangs_up_in: int | None = None
    greets: bool = True


@dataclass
class PhoneCandidate:
    """Somebody who is called, perhaps twice, and goes through one interview.

    Args:
        answers: in the order of the questions, follow-ups included.

    Attributes:
        heard: what was heard in all calls, PCM16 at 16 kHz; `said` is the same length.
    """

    voice: Voice
    answers: Sequence[Answer]
    habits: PhoneHabits = PhoneHabits()
    report: Report = field(default_factory=Report)
    heard: bytearray = field(default_factory=bytearray)
    said: bytearray = field(default_factory=bytearray)
    calls: int = 0
    agreed: bool = False
    answered: int = 0
    dropped: bool = False

    def pick_up(self) -> "Handset":
        """Answers a call."""
        self.calls += 1
        return Handset(self)

    @property
    def position(self) -> int:
        """Samples of all calls so far."""
        return len(self.said) // 2


class Handset:
    """One call of a PhoneCandidate."""

    def __init__(self, candidate: PhoneCandidate) -> None:
        self._candidate = candidate
        self._microphone = Microphone(seed=candidate.calls)
        self._keys = ""
        self._loud_ms = 0
        self._quiet_ms = 0
        self._ticks = 0
        self._turn: _Turn | None = None
        self._hang_up_at: int | None = None
        self.hung_up = False
        self.ended = False

    def capture(self) -> bytes | None:
        """The next frame of the microphone."""
        candidate = self._candidate
        self._ticks += 1
        if self._ticks == 20 and candidate.habits.greets:
            self._say((HELLO,))
        frame = self._microphone.capture(candidate.position, np.zeros(FRAME_SAMPLES, np.int16))
        candidate.said += to_bytes(frame)
        if self._hang_up_at is not None and candidate.position >= self._hang_up_at:
            candidate.dropped = self.hung_up = True
        return to_bytes(frame)

    def hear(self, pcm: bytes) -> None:
        """Listens; takes its turn when the interviewer has finished."""
        candidate = self._candidate
        candidate.heard += pcm
        samples = to_samples(pcm).astype(np.float64)
        if np.sqrt(np.mean(samples**2)) > _LOUD_RMS:
            self._loud_ms += 20
            self._quiet_ms = 0
            if self._loud_ms >= _WORD_MS and self._turn is not None:
                self._replied(candidate.position - _WORD_MS * SAMPLE_RATE_HZ // 1000)
        else:
            self._quiet_ms += 20
        spoken_to = self._loud_ms >= _WORD_MS and self._quiet_ms >= _HEARD_OUT_MS
        if spoken_to and not self._microphone.speaking:
            self._loud_ms = 0
            self._take_turn()

    def take_keys(self) -> str:
        """Keys pressed since the last time."""
        keys, self._keys = self._keys, ""
        return keys

    def over(self) -> None:
        """The other side has hung up."""
        self.ended = True
        self._candidate.report.end_reason = "hung_up"
        self._candidate.report.ended_at = time.time()

    def _take_turn(self) -> None:
        candidate = self._candidate
        if not candidate.agreed and candidate.habits.consent is not Consent.NOT_ASKED:
            candidate.agreed = True
            if candidate.habits.consent is Consent.SPEECH:
                self._say((YES,))
            else:
                self._keys += candidate.habits.consent.value
        elif candidate.answered < len(candidate.answers):
            self._answer(candidate.answers[candidate.answered])

    def _answer(self, answer: Answer) -> None:
        candidate = self._candidate
        candidate.answered += 1
        self._microphone.begin(candidate.answered)
        text = " ".join(piece.text for piece in answer if isinstance(piece, Say))
        candidate.report.lines.append(("candidate", text))
        samples = self._say(answer)
        if candidate.habits.hangs_up_in == candidate.answered and not candidate.dropped:
            self._hang_up_at = candidate.position + samples // 2
            candidate.answered -= 1
            return
        self._turn = _Turn(text)

    def _say(self, answer: Answer) -> int:
        total = 0
        for piece in answer:
            if isinstance(piece, Pause):
                samples = np.zeros(piece.ms * SAMPLE_RATE_HZ // 1000, np.int16)
                self._microphone.speak(samples)
            else:
                samples = self._candidate.voice.render(piece)
                samples = samples[: voiced_end(samples)]
                self._microphone.speak(samples, self._said)
            total += len(samples)
        return total

    def _said(self, position: int) -> None:
        if self._turn is not None:
            self._turn.last_voiced = position
        # What was heard while speaking does not count as having been spoken to.
        self._loud_ms = 0

    def _replied(self, position: int) -> None:
        turn = self._turn
        if turn is None or not turn.last_voiced or self._microphone.speaking:
            return
        self._turn = None
        self._candidate.report.turns.append(
            Turn(str(self._candidate.answered), turn.text, turn.last_voiced, position, 0, 0)
        )


@dataclass
class _Turn:
    """An answer that awaits its reply."""

    text: str
    last_voiced: int = 0


class Voicemail:
    """A machine that speaks a long greeting and records; nobody hears what it is told."""

    def __init__(self, voice: Voice) -> None:
        self._microphone = Microphone()
        self._microphone.speak(np.zeros(SAMPLE_RATE_HZ // 2, np.int16))
        self._microphone.speak(voice.render(GREETING))
        self._position = 0
        self.heard = bytearray()
        self.hung_up = False
        self.ended = False

    def capture(self) -> bytes | None:
        """Its greeting, then silence."""
        frame = self._microphone.capture(self._position, np.zeros(FRAME_SAMPLES, np.int16))
        self._position += FRAME_SAMPLES
        return to_bytes(frame)

    def hear(self, pcm: bytes) -> None:
        """Records."""
        self.heard += pcm

    def take_keys(self) -> str:
        """It has no fingers."""
        return ""

    def over(self) -> None:
        """The other side has hung up."""
        self.ended = True


GREETING = Say(
    "You have reached the voicemail of Kim. I cannot come to the telephone right now but please "
    "leave a message after the tone and I will call you back as soon as I can."
)
