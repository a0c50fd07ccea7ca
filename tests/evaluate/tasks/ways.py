"""The same interview by browser and by telephone: how far apart are the overall scores?

The project's own answers of known level, spoken by the synthesizer's voices, three to an interview.
Each is recognized and scored as the services do it, as it is and through two telephone lines.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from itertools import islice
from statistics import mean

import numpy as np

from tests.evaluate.data.answers import competency_of
from tests.evaluate.data.joined import answer_of
from tests.evaluate.data.phone import over_the_phone
from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.data.scorer import analyst
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples, samples_in
from viva.audio.speech import Synthesizer
from viva.scoring.application.score_interview import Interview, score_interview
from viva.scoring.domain.interview import InterviewResult
from viva.testkit.answers.library import Honest, honest, questions
from viva.testkit.candidate.microphone import in_a_room
from viva.testkit.candidate.script import Say
from viva.testkit.candidate.voice import Voice

_ANSWERS = 3
_LEVELS = (3, 2, 1)
_VOICES = ("am_michael", "af_heart", "bf_emma")
_LINES = {"G.711, 1% loss": ("g711", 0.01), "AMR-NB and G.711, 3% loss": ("mobile", 0.03)}
_GOAL = 3.0
# The session records an answer from so long before its first word.
_LEAD_MS = 300


def run(bench: Bench) -> Outcome:
    """Every interview three times."""
    heard = TranscriptCache(bench.settings.cache)
    clean: list[InterviewResult] = []
    by_line: dict[str, list[InterviewResult]] = {name: [] for name in _LINES}
    for number, answers in enumerate(islice(_interviews(), bench.settings.ways)):
        spoken = [_spoken(one.text, _VOICES[number % len(_VOICES)]) for one in answers]
        clean.append(_scored(heard, answers, spoken))
        for name, (codec, loss) in _LINES.items():
            line = partial(over_the_phone, codec=codec, loss=loss, seed=number)
            by_line[name].append(_scored(heard, answers, [line(one) for one in spoken]))
        bench.say(f"interview {number + 1}: level {answers[0].level}")
    rows = [row for name, found in by_line.items() for row in _rows(name, clean, found)]
    return Outcome(rows)


def _interviews() -> Iterator[list[Honest]]:
    """Answers of one level to different questions; strong, middling and weak in turns."""
    known: dict[tuple[str, int], list[Honest]] = {}
    for half in ("seen", "held_out", "fresh"):
        for one in honest(half):
            known.setdefault((one.question, one.level), []).append(one)
    keys = list(dict.fromkeys(question for question, _ in known))
    for turn in range(len(keys)):
        for level in _LEVELS:
            asked = [keys[(turn * _ANSWERS + place) % len(keys)] for place in range(_ANSWERS)]
            again = turn * _ANSWERS // len(keys)
            found = [known.get((key, level), [])[again : again + 1] for key in asked]
            if all(found):
                yield [one for (one,) in found]


def _scored(
    heard: TranscriptCache, answers: list[Honest], spoken: list[Samples]
) -> InterviewResult:
    asked = {question.key: question for question in questions()}
    competencies = [competency_of(asked[one.question]) for one in answers]
    given = tuple(
        replace(
            answer_of(f"a{place}", heard.transcribe(samples), asked[one.question].text),
            competencies=(competency,),
        )
        for place, (one, samples, competency) in enumerate(
            zip(answers, spoken, competencies, strict=True)
        )
    )
    return score_interview(Interview(given, tuple(competencies), len(given)), analyst())


def _rows(name: str, clean: list[InterviewResult], line: list[InterviewResult]) -> Iterator[Row]:
    both = [
        (one.overall, other.overall)
        for one, other in zip(clean, line, strict=True)
        if one.overall is not None and other.overall is not None
    ]
    apart = [(other - one) / 10 for one, other in both]
    lost = sum((c.overall is None) != (p.overall is None) for c, p in zip(clean, line, strict=True))
    yield Row(
        "overall score, phone and browser at most apart, points",
        float(max(map(abs, apart), default=float("nan"))),
        subset=name,
        n=len(both),
        groups=len(both),
        goal=_GOAL,
        at_most=True,
        note=f"mean {mean(apart):+.1f}; apart by more than 3: "
        f"{sum(abs(one) > _GOAL for one in apart)}; null one way only: {lost}",
    )


@cache
def _synthesizer() -> Synthesizer:
    return Synthesizer(ModelStore(), threads=2)


def _spoken(text: str, voice: str) -> Samples:
    """The answer as the session records it: with the quiet room before and after its words."""
    said = Voice(_synthesizer, voice=voice).render(Say(text))
    return in_a_room(np.pad(said, samples_in(_LEAD_MS)))


TASK = Task("ways", "the same interview by browser and by telephone", run, always=True)
