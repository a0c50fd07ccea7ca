"""Read against spontaneous speech of the same people, each contrasted with their own warm-up.

Without a dataset, people made by rule show that the bench works and that the signal goes the right
way; they say nothing of people, and nothing of recordings. Real people who speak in one manner
throughout show how often somebody is flagged for nothing, not how often reading is found.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.evaluate.data.audio import read_audio
from tests.evaluate.data.manners import Told, answer_of, in_meetings, read_aloud
from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.data.speechocean import load
from tests.evaluate.data.synthetic import TEXTS
from tests.evaluate.data.tables import read_table
from tests.evaluate.metrics.bootstrap import Indices, by_group
from tests.evaluate.metrics.ranking import auc, upper_bound
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.fraud.domain.model import Answer, Span, SpokenWord
from viva.fraud.domain.reading import of_interview
from viva.fraud.domain.rules import READING

KINDS = ("warm_up", "spontaneous", "read")
_COLUMNS = ("speaker", "room", "kind", "audio")
_SYNTHETIC = 40
_ENOUGH = 300
_BOUND = 0.01
_CLAUSES = frozenset({"and", "because", "so", "which"})


@dataclass(frozen=True)
class Judged:
    """One interview: a warm-up and answers of one kind; no score where there is too little."""

    speaker: str
    read: bool
    score: float | None


def run(bench: Bench) -> Outcome:
    """Synthetic people always; recordings where the settings name them."""
    settings = bench.settings
    rows = _rows(synthetic(_SYNTHETIC), "synthetic", settings.bootstrap, goals=False)
    if settings.reading:
        judged = recorded(settings.reading, TranscriptCache(settings.cache))
        rows += _rows(judged, "recordings", settings.bootstrap, goals=True)
    else:
        bench.say("read against spontaneous speech of people skipped: set VIVA_EVAL_READING (CSV)")
    return Outcome([*rows, *_unchanged(bench)])


def _unchanged(bench: Bench) -> list[Row]:
    """How often people are flagged who speak in one manner throughout, free or read."""
    settings = bench.settings
    cache = TranscriptCache(settings.cache)
    rows = []
    if settings.diarization:
        rows += _steady("free speech in meetings", in_meetings(settings.diarization, cache))
    if settings.speechocean:
        part, age = settings.speechocean_part, settings.adult_age
        found = load(settings.speechocean, part=part, adult_age=age)
        rows += _steady("all read", read_aloud(found[: settings.limit or None], cache))
    return rows


def _steady(subset: str, told: Told) -> list[Row]:
    """Alarms, and filled pauses by their sound in a minute of speech."""
    scores = [of_interview(answers).score for answers in told.values()]
    judged = [score for score in scores if score is not None]
    alarms = sum(score >= READING.threshold for score in judged)
    spoken = [answer for answers in told.values() for answer in answers]
    filled = sum(len(answer.filled_pauses) for answer in spoken)
    minutes = sum(span.length_ms for answer in spoken for span in answer.speech) / 60_000
    return [
        Row(
            "flagged though nothing changed, of those judged",
            float(alarms),
            subset=subset,
            n=len(judged),
            at_most=True,
            note=f"rate below {upper_bound(alarms, len(judged)):.3f} (one-sided 95%); "
            f"too little of {len(scores) - len(judged)} people",
        ),
        Row(
            "filled pauses heard in a minute of speech",
            filled / max(minutes, 1e-9),
            subset=subset,
            n=filled,
            groups=len(told),
            note="nobody marked them: how many are real is not known",
        ),
    ]


def recorded(path: Path, cache: TranscriptCache) -> list[Judged]:
    """Each speaker's and room's answers of a kind, as an interview with their warm-up.

    Raises:
        ValueError: a column is missing, a kind is unknown, or nobody has a warm-up; names it.
    """
    answers: dict[tuple[str, str], dict[str, list[Answer]]] = {}
    for number, row in enumerate(read_table(path, _COLUMNS)):
        if row["kind"] not in KINDS:
            raise ValueError(f"{path}: {row['kind']!r} is none of {', '.join(KINDS)}")
        heard = cache.transcribe(read_audio(path.parent / row["audio"]))
        kinds = answers.setdefault((row["speaker"], row["room"]), {kind: [] for kind in KINDS})
        kinds[row["kind"]].append(
            answer_of(f"ans_{number}", heard, warm_up=row["kind"] == "warm_up")
        )
    found = [
        _judged(speaker, kinds["warm_up"], kinds[kind], kind)
        for (speaker, _), kinds in answers.items()
        for kind in ("spontaneous", "read")
        if kinds["warm_up"] and kinds[kind]
    ]
    if not found:
        raise ValueError(f"{path}: nobody has a warm-up and an answer beside it")
    return found


def synthetic(count: int) -> list[Judged]:
    """People who warm up freely, then answer freely and by reading; some hesitate more."""
    found = []
    for number in range(count):
        chance = random.Random(number)
        hesitancy = chance.uniform(0.5, 1.0)
        warm_up = [_free(f"w{number}", TEXTS[0], hesitancy, chance, warm_up=True)]
        free = [_free(f"a{n}", text, hesitancy, chance) for n, text in enumerate(TEXTS)]
        read = [_read(f"a{n}", text, chance) for n, text in enumerate(TEXTS)]
        found += [
            _judged(f"synthetic-{number}", warm_up, free, "spontaneous"),
            _judged(f"synthetic-{number}", warm_up, read, "read"),
        ]
    return found


def _judged(
    speaker: str, warm_up: Sequence[Answer], answers: Sequence[Answer], kind: str
) -> Judged:
    return Judged(speaker, kind == "read", of_interview([*warm_up, *answers]).score)


def _free(
    name: str, text: str, hesitancy: float, chance: random.Random, *, warm_up: bool = False
) -> Answer:
    """Pauses anywhere, some of them filled, some words said twice."""
    pieces: list[str] = []
    for word in text.split():
        if chance.random() < 0.16 * hesitancy:
            pieces += ["|", *(["um"] if chance.random() < 0.5 else [])]
        pieces += [word] * (1 + (chance.random() < 0.05 * hesitancy))
    return _timed(name, pieces, chance, warm_up=warm_up)


def _read(name: str, text: str, chance: random.Random) -> Answer:
    """Pauses where clauses begin, and hardly a word said twice."""
    pieces: list[str] = []
    for word in text.split():
        if word in _CLAUSES and chance.random() < 0.8:
            pieces.append("|")
        pieces += [word] * (1 + (chance.random() < 0.005))
    return _timed(name, pieces, chance)


def _timed(
    name: str, pieces: Sequence[str], chance: random.Random, *, warm_up: bool = False
) -> Answer:
    words: list[SpokenWord] = []
    at = 0
    for piece in pieces:
        if piece == "|":
            at += round(max(250, chance.gauss(600, 200)))
            continue
        length = round((40 * len(piece) + 120) * chance.uniform(0.8, 1.2))
        words.append(SpokenWord(piece, Span(at, at + length)))
        at += length + 20
    return Answer(name, 1, tuple(words), warm_up=warm_up)


def _rows(judged: Sequence[Judged], subset: str, resamples: int, *, goals: bool) -> list[Row]:
    told = [one for one in judged if one.score is not None]
    scores = np.array([one.score or 0.0 for one in told])
    truth = np.array([one.read for one in told])
    names = [one.speaker for one in told]
    flagged = scores >= READING.threshold
    clean = int((~truth).sum())
    alarms = int((flagged & ~truth).sum())
    bound = upper_bound(alarms, clean) if clean else float("nan")
    enough = clean >= _ENOUGH and bound <= _BOUND

    def balanced(at: Indices) -> float:
        hits, calm = flagged[at][truth[at]], ~flagged[at][~truth[at]]
        return float((hits.mean() + calm.mean()) / 2) if len(hits) and len(calm) else float("nan")

    every = np.arange(len(told))
    people = len(set(names))
    note = "" if goals else "made by rule: says nothing of people"
    return [
        Row(
            "read against spontaneous, balanced accuracy",
            balanced(every),
            by_group(names, balanced, resamples),
            subset=subset,
            n=len(told),
            groups=people,
            baseline=0.5,
            baseline_name="chance",
            goal=0.85 if goals else None,
            aim=0.91 if goals else None,
            note=note or f"no score for {len(judged) - len(told)} of {len(judged)}",
        ),
        Row("reading, AUC", auc(scores, truth), subset=subset, n=len(told), groups=people),
        Row(
            "reading, false alarms per clean interview, upper bound",
            bound,
            subset=subset,
            n=clean,
            goal=_BOUND if goals else None,
            at_most=True,
            note=f"{alarms} at threshold {READING.threshold}; "
            f"{'calibrated' if goals and enough else 'uncalibrated'}",
        ),
    ]


TASK = Task("reading", "read against spontaneous", run, always=True)
