"""A small set that always runs: speakers made by rule, whose skill is known by construction.

It shows that a score goes the right way and that the bench works; it says nothing about people.
"""

import random
from dataclasses import dataclass

from viva.contracts.common.v1 import common_pb2 as pb
from viva.scoring.domain.model import Answer, Span, SpokenWord

TEXTS = (
    "Last year I worked at the help desk of an online shop and a customer called because her "
    "parcel had been lost twice so I listened first and then I checked the tracking with the "
    "carrier and I sent a replacement the same day which she received within two days",
    "In March our ticket system failed on a Monday morning with three hundred open cases and I "
    "exported the queue to a spreadsheet and sorted it by urgency and gave each colleague a block "
    "so that we answered every urgent case before noon and the backlog was gone in two days",
    "I explained a new invoice to a customer who was confused by the tax lines and I drew a simple "
    "example with his own numbers and asked him to repeat it in his words and corrected one "
    "mistake and he paid on the same day",
)
QUESTIONS = (
    "Tell me about a difficult customer.",
    "Tell me about a difficult day.",
    "Tell me how you explained something hard.",
)


@dataclass(frozen=True)
class Spoken:
    """One synthetic person.

    Attributes:
        skill: 0 to 1, how fluently they speak.
    """

    name: str
    skill: float
    answers: tuple[Answer, ...]


def people(count: int, seed: int = 7) -> list[Spoken]:
    """Speakers of evenly spread skill."""
    chance = random.Random(seed)
    return [
        person(f"synthetic-{number}", number / max(1, count - 1), chance) for number in range(count)
    ]


def person(name: str, skill: float, chance: random.Random) -> Spoken:
    """Says all texts: slow speech, long and frequent pauses and repeats at skill 0."""
    answers = []
    for number, (text, question) in enumerate(zip(TEXTS, QUESTIONS, strict=True)):
        words, speech = _speak(text.split(), skill, chance)
        answers.append(
            Answer(f"{name}-{number}", 1, f"q{number}", question, tuple(words), speech=speech)
        )
    return Spoken(name, skill, tuple(answers))


def _speak(
    texts: list[str], skill: float, chance: random.Random
) -> tuple[list[SpokenWord], tuple[Span, ...]]:
    words: list[SpokenWord] = []
    speech: list[Span] = []
    at = start = 200
    for text in texts:
        for _ in range(1 + (chance.random() < 0.08 * (1 - skill))):
            syllable_ms = 330 - 170 * skill + chance.gauss(0, 12)
            length = max(90, round(syllable_ms * max(1, len(text) / 3.2)))
            words.append(SpokenWord(text, Span(at, at + length)))
            at += length
        if chance.random() < 0.30 - 0.22 * skill:
            speech.append(Span(start, at))
            at += round(max(300, chance.gauss(1100 - 600 * skill, 200)))
            start = at
    speech.append(Span(start, at))
    return words, tuple(speech)


def interview_bundle() -> pb.InterviewBundle:
    """One synthetic interview as scoring gets it."""
    spoken = person("synthetic", 0.7, random.Random(1))
    competency = pb.Competency(
        key="service",
        name="Service",
        weight=1,
        anchors=[
            pb.Anchor(level=1, text="Sends the customer away."),
            pb.Anchor(level=3, text="Solves the problem with help."),
            pb.Anchor(level=5, text="Finds what the customer needs and sees it through."),
        ],
        indicators=["Listens first", "Checks that it worked"],
    )
    spec = pb.InterviewSpec(interview_id="iv_synthetic")
    spec.framework.competencies.append(competency)
    bundles = [_bundle(number, one, competency) for number, one in enumerate(spoken.answers)]
    return pb.InterviewBundle(spec=spec, attempt=1, answers=bundles, questions_planned=len(bundles))


def _bundle(number: int, one: Answer, competency: pb.Competency) -> pb.AnswerBundle:
    context = pb.AnswerContext(
        interview_id="iv_synthetic",
        attempt=1,
        answer_id=one.answer_id,
        revision=1,
        question_index=number,
        question_id=one.question_id,
        question_text=one.question_text,
        language="en",
        competencies=[competency],
    )
    transcript = pb.Transcript(language="en", language_probability=0.99)
    for word in one.words:
        transcript.words.add(
            text=word.text, start_ms=word.span.start_ms, end_ms=word.span.end_ms, confidence=0.9
        )
    for span in one.speech:
        transcript.speech.add(start_ms=span.start_ms, end_ms=span.end_ms)
    return pb.AnswerBundle(answer=context, transcript=transcript)
