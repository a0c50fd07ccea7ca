"""Both signals, for one answer and for an interview."""

from collections.abc import Sequence

from viva.fraud.domain import reading, speakers
from viva.fraud.domain.model import Answer, Signal
from viva.fraud.domain.speakers import multiple_speakers


def assess_answer(answer: Answer) -> tuple[Signal, ...]:
    """What one answer shows by itself."""
    return multiple_speakers([answer]), reading.of_answer(answer)


def assess_interview(answers: Sequence[Answer]) -> tuple[Signal, ...]:
    """What all answers show together, the warm-up among them."""
    return speakers.of_interview(answers), reading.of_interview(answers)


def assess_each(answers: Sequence[Answer]) -> list[tuple[Answer, tuple[Signal, ...]]]:
    """Each answer by itself, now that the warm-up can be compared with."""
    read = reading.of_each(answers)
    return [
        (answer, (multiple_speakers([answer]), signal))
        for answer, signal in zip(answers, read, strict=True)
    ]
