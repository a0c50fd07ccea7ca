"""The same interview by browser and by telephone: how far apart are the overall scores?

The project's own answers of known level, spoken by the synthesizer's voices, three to an interview.
Each is recognized and scored as the services do it, as it is and through two telephone lines.
"""

from collections.abc import Sequence
from functools import partial
from itertools import islice

import numpy as np

from tests.evaluate.data.interviews import scored
from tests.evaluate.data.joined import answer_of
from tests.evaluate.data.phone import over_the_phone
from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.data.spoken import interviews, spoken, voice_of
from tests.evaluate.metrics.bootstrap import by_group
from tests.evaluate.metrics.ranking import upper_bound
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.audio.pcm import Samples
from viva.scoring.domain.interview import InterviewResult
from viva.testkit.answers.library import Honest, questions

_LINES = {"G.711, 1% loss": ("g711", 0.01), "AMR-NB and G.711, 3% loss": ("mobile", 0.03)}
_GOAL = 3.0


def run(bench: Bench) -> Outcome:
    """Every interview three times."""
    heard = TranscriptCache(bench.settings.cache)
    clean: list[InterviewResult] = []
    by_line: dict[str, list[InterviewResult]] = {name: [] for name in _LINES}
    for number, answers in enumerate(islice(interviews(), bench.settings.ways)):
        said = [spoken(one.text, voice_of(number)) for one in answers]
        clean.append(_scored(heard, answers, said))
        for name, (codec, loss) in _LINES.items():
            line = partial(over_the_phone, codec=codec, loss=loss, seed=number)
            by_line[name].append(_scored(heard, answers, [line(one) for one in said]))
        bench.say(f"interview {number + 1}: level {answers[0].level}")
    return Outcome(
        [
            row
            for name, found in by_line.items()
            for row in compared(name, _overall(clean), _overall(found), bench.settings.bootstrap)
        ]
    )


def _scored(heard: TranscriptCache, answers: list[Honest], said: list[Samples]) -> InterviewResult:
    asked = {question.key: question for question in questions()}
    given = [answer_of("", heard.transcribe(samples)) for samples in said]
    return scored(given, [asked[one.question] for one in answers])


def _overall(found: Sequence[InterviewResult]) -> list[int | None]:
    return [one.overall for one in found]


def compared(
    name: str, clean: Sequence[int | None], line: Sequence[int | None], resamples: int
) -> list[Row]:
    """Overall scores (tenths) of the same interviews by browser and over this line.

    The largest difference has no interval: resampling cannot find what lies beyond it.
    """
    pairs = list(zip(clean, line, strict=True))
    apart = np.array([(o - c) / 10 for c, o in pairs if c is not None and o is not None])
    lost = np.array([(c is None) != (o is None) for c, o in pairs], dtype=float)
    if not len(apart):
        return [Row("no score one way only", float(lost.mean()), subset=name, n=len(lost))]
    far = np.abs(apart) > _GOAL

    def row(measure: str, found: np.ndarray, note: str = "") -> Row:
        return Row(
            measure,
            float(found.mean()),
            by_group(range(len(found)), lambda at: float(found[at].mean()), resamples),
            subset=name,
            n=len(found),
            groups=len(found),
            note=note,
        )

    return [
        Row(
            "overall score, phone and browser at most apart, points",
            float(np.abs(apart).max()),
            subset=name,
            n=len(apart),
            groups=len(apart),
            goal=_GOAL,
            at_most=True,
        ),
        row("overall score, phone less browser, mean", apart),
        row("overall score, phone and browser apart, mean", np.abs(apart)),
        row(
            "overall scores apart by more than 3 points, share",
            far.astype(float),
            f"rate below {100 * upper_bound(int(far.sum()), len(far)):.1f}% (one-sided 95%)",
        ),
        row("no score one way only", lost),
    ]


TASK = Task("ways", "the same interview by browser and by telephone", run, always=True)
