"""What the simulated candidate says, and how: clips, pauses and habits."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
Samples = NDArray[np.int16]


class Behaviour(StrEnum):
    """How the candidate behaves; the default is a plain, cooperative one."""

    FLUENT = "fluent"
    HESITANT = "hesitant"
    SILENT = "silent"
    DROPS = "drops"
    READS = "reads"
    SECOND_VOICE = "second-voice"
    NOISY = "noisy"
    INTERRUPTS = "interrupts"
    COUGHS = "coughs"
    OPEN_SPEAKERS = "open-speakers"
    STALLS = "stalls"
    TYPES = "types"


@dataclass(frozen=True)
class Say:
    """A piece of speech, by words or by samples (PCM16 mono 16 kHz)."""

    text: str = ""
    samples: Samples | None = None
    second_voice: bool = False


@dataclass(frozen=True)
class Pause:
    """Silence inside an answer, in milliseconds."""

    ms: int


Answer = tuple[Say | Pause, ...]

_CHUNK_WORDS = (3, 2, 5, 4)
_FREE_PAUSES_MS = (420, 300, 520, 350, 460)

FALLBACK = "I think that is everything that I can say about it."

DEFAULT_ANSWERS: tuple[str, ...] = (
    "Good morning. I slept well, I had a coffee, and I took a short walk before this call. "
    "I am happy to be here today.",
    "Last year I worked at the help desk of an online shop. A customer called because her parcel "
    "had been lost twice. I listened first, then I checked the tracking with the carrier, and I "
    "sent a replacement the same day. She received it within two days, and she left us a five "
    "star review.",
    "In March our ticket system failed on a Monday morning with three hundred open cases. I "
    "exported the queue to a spreadsheet, sorted it by urgency, and gave each colleague a block. "
    "We answered every urgent case before noon, and the backlog was gone in two days.",
    "I explained a new invoice to a customer who was confused by the tax lines. I drew a simple "
    "example with his own numbers, asked him to repeat it in his words, and corrected one "
    "mistake. He paid on the same day, and I turned the example into a help page.",
    "When my team disagreed about the return policy, I collected twenty real cases, and I showed "
    "that a longer period would cost less than the complaints. We changed the policy, and "
    "complaints fell by a third in one quarter.",
    "The result was that the customer stayed with us, and we saved about forty hours each month.",
    "I decided to call her myself, because an e-mail would have taken too long.",
)


@dataclass
class AnswerBook:
    """Hands out answers: by question where one is known, otherwise in order.

    Attributes:
        by_question: answers of one question, the question's own first, then its follow-ups'.
        pool: answers for any other question, used in order.
    """

    pool: Sequence[Answer] = field(default_factory=lambda: answers_of(DEFAULT_ANSWERS))
    by_question: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    _used: dict[str, int] = field(default_factory=dict)

    def next(self, question_id: str) -> Answer:
        """Gives the next unused answer for a question."""
        key = question_id if question_id in self.by_question else ""
        answers = self.by_question[key] if key else self.pool
        used = self._used.get(key, 0)
        self._used[key] = used + 1
        return answers[used] if used < len(answers) else (Say(FALLBACK),)

    def all(self) -> Iterable[Answer]:
        """Every answer that may be given, for rendering them ahead."""
        yield from self.pool
        for answers in self.by_question.values():
            yield from answers
        yield (Say(FALLBACK),)


def answers_of(texts: Iterable[str]) -> list[Answer]:
    """Makes one-clip answers from plain texts."""
    return [(Say(text),) for text in texts]


def speak_freely(answer: Answer) -> Answer:
    """Turns an answer into one that is thought up while it is spoken.

    Pauses fall within clauses, words are repeated, and "um" fills the gaps: what reading aloud
    has not.
    """
    parts: list[Say | Pause] = []
    for piece in answer:
        if isinstance(piece, Pause) or not piece.text:
            parts.append(piece)
            continue
        words = piece.text.split()
        start = 0
        while start < len(words):
            length = _CHUNK_WORDS[len(parts) // 2 % len(_CHUNK_WORDS)]
            chunk = words[start : start + length]
            start += length
            if start < len(words):
                chunk += [chunk[-1].strip(".,;"), "um,"] if length > 2 else ["um,"]
            parts += [Say(" ".join(chunk)), Pause(_FREE_PAUSES_MS[start % len(_FREE_PAUSES_MS)])]
        parts.pop()
    return tuple(parts)


def hesitate(answer: Answer, pauses_ms: Sequence[int]) -> Answer:
    """Cuts an answer at its clauses and puts pauses of the given lengths between them, in turn."""
    parts: list[Say | Pause] = []
    cuts = 0
    for piece in answer:
        if isinstance(piece, Pause) or not piece.text:
            parts.append(piece)
            continue
        clauses = [part for part in re.split(r"(?<=[,.;])\s+", piece.text) if part]
        for index, clause in enumerate(clauses):
            if index:
                parts.append(Pause(pauses_ms[cuts % len(pauses_ms)]))
                cuts += 1
            parts.append(Say(clause))
    return tuple(parts)
