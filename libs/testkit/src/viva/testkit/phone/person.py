"""The simulated candidate on the telephone: no screen, so everything goes by ear."""

import enum
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from viva.audio.pcm import FRAME_SAMPLES, to_bytes, to_samples
from viva.testkit.candidate.microphone import Microphone, voiced_end
from viva.testkit.candidate.person import Listener
from viva.testkit.candidate.report import Report, Turn
from viva.testkit.candidate.script import SAMPLE_RATE_HZ, Answer, Pause, Say
from viva.testkit.candidate.voice import Voice
from viva.testkit.phone.ear import CONSENT, Ear

HELLO = Say("Hello?")
YES = Say("Yes, I agree.")
NO = Say("No, I do not agree.")
PARDON = Say("Sorry, could you please repeat the question?")
_LOUD_RMS = 150.0
_WORD_MS = 240
_HEARD_OUT_MS = 1_200
"""So long a silence after the interviewer spoke means that it is one's turn."""
_PATIENCE_MS = 5_000
"""How long one waits after something that was not understood, before one asks."""
_MOST_PARDONS = 3


class Consent(enum.Enum):
    """How the person answers the question for consent."""

    KEY = "1"
    SPEECH = "yes"
    REFUSED = "2"
    REFUSED_ALOUD = "no"


_ALOUD = {Consent.SPEECH: YES, Consent.REFUSED_ALOUD: NO}


@dataclass(frozen=True)
class PhoneHabits:
    """How the person is.

    Attributes:
        hangs_up_at: the question in the middle of whose answer the line drops, once.
        greets: says hello when picking up.
        presses: a key instead of an answer, when a question is asked for the first time.
    """

    consent: Consent = Consent.KEY
    hangs_up_at: str = ""
    greets: bool = True
    presses: Mapping[str, str] = field(default_factory=dict)


@dataclass
class PhoneCandidate:
    """Somebody who is called, perhaps twice, and goes through one interview.

    Args:
        answers: by the question's id; given again where the question is asked again.
        ear: knows these questions, and the one for consent.
        listen: told what happens, as it is written down.

    Attributes:
        heard: what was heard in all calls, PCM16 at 16 kHz; `said` is the same length.
        asked: what was understood, in its order.
    """

    voice: Voice
    answers: Mapping[str, Answer]
    ear: Ear
    habits: PhoneHabits = PhoneHabits()
    report: Report = field(default_factory=Report)
    listen: Listener = lambda _who, _text: None
    heard: bytearray = field(default_factory=bytearray)
    said: bytearray = field(default_factory=bytearray)
    asked: list[str] = field(default_factory=list)
    calls: int = 0
    given: int = 0
    pardons: int = 0
    dropped: bool = False

    def pick_up(self) -> "Handset":
        """Answers a call."""
        self.calls += 1
        self.note("(a call)")
        return Handset(self)

    @property
    def position(self) -> int:
        """Samples of all calls so far."""
        return len(self.said) // 2

    def note(self, text: str, who: str = "candidate") -> None:
        """Writes down what happened, and when by the person's own sound."""
        at = f"{self.position / SAMPLE_RATE_HZ:.1f} s: "
        self.report.lines.append((who, at + text))
        self.listen(who, text)


class Handset:
    """One call of a PhoneCandidate."""

    def __init__(self, candidate: PhoneCandidate) -> None:
        self._candidate = candidate
        self._microphone = Microphone(seed=candidate.calls)
        self._keys = ""
        self._heard_from = len(candidate.heard)
        self._loud_ms = 0
        self._reply_ms = 0
        self._quiet_ms = 0
        self._puzzled = False
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
            self._hang_up_at = None
            candidate.dropped = self.hung_up = True
            candidate.note("(the line drops)")
        return to_bytes(frame)

    def hear(self, pcm: bytes) -> None:
        """Listens; takes its turn when the interviewer has finished."""
        candidate = self._candidate
        candidate.heard += pcm
        samples = to_samples(pcm).astype(np.float64)
        if np.sqrt(np.mean(samples**2)) > _LOUD_RMS:
            self._loud_ms += 20
            self._reply_ms += 20
            self._quiet_ms = 0
            if self._reply_ms >= _WORD_MS and self._turn is not None:
                self._replied(candidate.position - _WORD_MS * SAMPLE_RATE_HZ // 1000)
        else:
            self._quiet_ms += 20
        if self._microphone.speaking:
            # Patience begins when one has finished oneself.
            self._quiet_ms = 0
        if self._quiet_ms < _HEARD_OUT_MS:
            return
        if self._loud_ms >= _WORD_MS:
            self._loud_ms = 0
            self._take_turn()
        elif self._puzzled and self._quiet_ms >= _PATIENCE_MS:
            self._ask_again()

    def take_keys(self) -> str:
        """Keys pressed since the last time."""
        keys, self._keys = self._keys, ""
        return keys

    def over(self) -> None:
        """The other side has hung up."""
        self.ended = True
        self._candidate.note("(hung up)", "interviewer")
        self._candidate.report.end_reason = "hung_up"
        self._candidate.report.ended_at = time.time()

    def _take_turn(self) -> None:
        """Answers what was asked; what was not understood may still go on."""
        candidate = self._candidate
        asked = candidate.ear.understood(to_samples(bytes(candidate.heard[self._heard_from :])))
        candidate.note(asked or "(not understood)", "interviewer")
        self._puzzled = asked is None
        if asked is None:
            return
        self._heard_from = len(candidate.heard)
        candidate.asked.append(asked)
        key = candidate.habits.presses.get(asked)
        if asked == CONSENT:
            self._agree()
        elif key and candidate.asked.count(asked) == 1:
            candidate.note(f"(presses {key})")
            self._keys += key
        else:
            self._answer(asked)

    def _agree(self) -> None:
        candidate = self._candidate
        consent = candidate.habits.consent
        candidate.note(consent.name.lower())
        if consent in _ALOUD:
            self._say((_ALOUD[consent],))
        else:
            self._keys += consent.value

    def _ask_again(self) -> None:
        self._puzzled = False
        candidate = self._candidate
        if candidate.pardons < _MOST_PARDONS:
            candidate.pardons += 1
            candidate.note(PARDON.text)
            self._say((PARDON,))

    def _answer(self, asked: str) -> None:
        candidate = self._candidate
        answer = candidate.answers[asked]
        candidate.given += 1
        self._microphone.begin(candidate.given)
        text = " ".join(piece.text for piece in answer if isinstance(piece, Say))
        candidate.note(text)
        samples = self._say(answer)
        if candidate.habits.hangs_up_at == asked and not candidate.dropped:
            self._hang_up_at = candidate.position + samples // 2
            return
        self._turn = _Turn(asked, text)

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
        # What was heard while speaking was no reply; yet it may have been the next question.
        self._reply_ms = 0

    def _replied(self, position: int) -> None:
        turn = self._turn
        if turn is None or not turn.last_voiced or self._microphone.speaking:
            return
        self._turn = None
        self._candidate.report.turns.append(
            Turn(turn.question_id, turn.text, turn.last_voiced, position, 0, 0)
        )


@dataclass
class _Turn:
    """An answer that awaits its reply."""

    question_id: str
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
