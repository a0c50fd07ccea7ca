"""The same speech on a telephone line: how far do fluency, level and nulls move?

Once over the first two answers of each speaker, hardly enough for any score, and once over all that
they said, as an interview of several answers has.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from tests.evaluate.data.interviews import language
from tests.evaluate.data.joined import Joined, by_speaker, hear
from tests.evaluate.data.phone import over_the_phone
from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.data.speechocean import load
from tests.evaluate.metrics.additive_fit import Matrix
from tests.evaluate.metrics.agreement import pearson
from tests.evaluate.metrics.bootstrap import Indices, by_group
from tests.evaluate.registry import Bench, Outcome, Plot, Row, Task, missing
from viva.audio.pcm import Samples
from viva.scoring.domain.language import Language
from viva.scoring.domain.model import Answer

_CODEC = "mobile"
_FEW = 2
Change = Callable[[Joined], Callable[[Samples], Samples]]


def run(bench: Bench) -> Outcome:
    """Each speaker's first answers, clean and by phone, scored as two interviews."""
    return compared(bench, "phone", line)


def compared(bench: Bench, name: str, change: Change) -> Outcome:
    """Each speaker's first answers as they are and changed, scored as two interviews.

    Args:
        name: of what was changed, for the rows.
        change: tells for an answer what is done to its samples.
    """
    settings = bench.settings
    if settings.speechocean is None:
        return missing("speechocean")
    found = load(settings.speechocean, part=settings.speechocean_part, adult_age=settings.adult_age)
    cache = TranscriptCache(settings.cache)
    clean: list[list[Answer]] = []
    other: list[list[Answer]] = []
    spoken = by_speaker(found[: settings.limit or None], settings.phone_answers)
    for done, (speaker, answers) in enumerate(spoken.items(), start=1):
        clean.append([hear(one, cache).whole for one in answers])
        other.append([hear(one, cache, change(one)).whole for one in answers])
        if cache.fresh and done % 10 == 0:
            bench.say(f"{done} of {len(spoken)} speakers, last {speaker}")
    few = _outcome(name, "two answers", _first(clean), _first(other), settings.bootstrap)
    whole = _outcome(name, "all answers", clean, other, settings.bootstrap)
    return Outcome([*whole.rows, *few.rows], whole.plots)


def _first(answers: list[list[Answer]]) -> list[list[Answer]]:
    return [own[:_FEW] for own in answers]


def number_of(one: Joined) -> int:
    """A number that stays an answer's own."""
    return int("".join(filter(str.isdigit, one.pieces[0].utterance.id)) or 0)


def line(one: Joined) -> Callable[[Samples], Samples]:
    """A mobile call, each answer with losses of its own."""
    return partial(over_the_phone, codec=_CODEC, seed=number_of(one))


def _outcome(
    name: str,
    subset: str,
    clean_answers: list[list[Answer]],
    other_answers: list[list[Answer]],
    resamples: int,
) -> Outcome:
    clean, other = (
        [language(answers) for answers in heard] for heard in (clean_answers, other_answers)
    )
    nulls = _null_rate(other) - _null_rate(clean)
    both = [
        (c, p)
        for c, p in zip(clean, other, strict=True)
        if c.fluency.tenths is not None and p.fluency.tenths is not None
    ]
    names = list(range(len(both)))
    x = np.array([c.fluency.tenths or 0 for c, _ in both]) / 10
    y = np.array([p.fluency.tenths or 0 for _, p in both]) / 10
    clear = [
        ((p.intelligibility.tenths or 0) - (c.intelligibility.tenths or 0)) / 10 for c, p in both
    ]
    changed = np.array([c.cefr.level != p.cefr.level for c, p in both])
    outside = [not c.cefr.low <= p.cefr.level <= c.cefr.high for c, p in both]

    def row(measured: str, at_all: float, measure, **figures: object) -> Row:  # type: ignore[no-untyped-def]
        interval = by_group(names, measure, resamples)
        return Row(measured, at_all, interval, subset, len(both), len(both), **figures)  # type: ignore[arg-type]

    every = np.arange(len(both))
    return Outcome(
        [
            row(f"fluency, {name} against clean, r", pearson(x, y),
                lambda at: pearson(x[at], y[at]), goal=0.96, aim=0.98),
            row("mean shift of fluency, SD", _shift(x, y, every), lambda at: _shift(x, y, at),
                goal=0.10, aim=0.05, at_most=True, note=f"{np.mean(y - x):+.1f} points of 100"),
            row("CEFR level changed", float(changed.mean()), lambda at: float(changed[at].mean()),
                goal=0.05, aim=0.02, at_most=True,
                note=f"outside the clean interval: {np.mean(outside):.3f}"),
            Row(f"null rate, {name} less clean", abs(nulls), subset=subset,
                n=len(clean), groups=len(clean), goal=0.02, aim=0.0, at_most=True),
            Row("mean shift of intelligibility, points", float(np.mean(clear)), subset=subset,
                n=len(both), groups=len(both), note="the recognizer hears less; told, not a goal"),
        ],
        [Plot("scores", lambda axes: _draw(axes, x, y, name))],
    )  # fmt: skip


def _shift(x: Matrix, y: Matrix, at: Indices) -> float:
    spread = float(x[at].std())
    return abs(float(np.mean(y[at] - x[at]))) / spread if spread else float("nan")


def _null_rate(languages: list[Language]) -> float:
    return sum(one.fluency.tenths is None for one in languages) / max(1, len(languages))


def _draw(axes, x: Matrix, y: Matrix, name: str) -> None:  # type: ignore[no-untyped-def]
    axes.scatter(x, y, s=14)
    axes.plot([30, 100], [30, 100], linewidth=0.8)
    axes.set(xlabel="fluency, clean", ylabel=f"fluency, {name}")


TASK = Task("phone", "mobile call (300-3400 Hz, AMR-NB, G.711, 3% loss) against clean", run)
