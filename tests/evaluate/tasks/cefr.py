"""CEFR levels of rated texts and speech: exact and adjacent agreement, weighted kappa.

Texts are scored by what words and grammar say alone (vocabulary, clauses, errors): fluency is held
at the middle of its range, so the figure is a lower bound of what speech gives.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.evaluate.data.audio import read_audio
from tests.evaluate.data.interviews import language
from tests.evaluate.data.joined import answer_of
from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.data.scorer import analyst
from tests.evaluate.data.synthetic import people
from tests.evaluate.data.tables import read_table
from tests.evaluate.metrics.agreement import quadratic_kappa
from tests.evaluate.metrics.bootstrap import Indices, by_group
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.scoring.adapters.language_model import packaged_language_model
from viva.scoring.domain.additive import contributions, total
from viva.scoring.domain.language import drawn, level, level_terms
from viva.scoring.domain.model import Answer, Span, SpokenWord

LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
_SYNTHETIC = 24

Levels = NDArray[np.intp]


@dataclass(frozen=True)
class Leveled:
    """Something rated, with the index (tenths) that Viva gives it."""

    name: str
    speaker: str
    level: str
    index: int


def run(bench: Bench) -> Outcome:
    """What the settings name, and synthetic speakers always."""
    rows = [_synthetic()]
    settings = bench.settings
    if settings.cefr_texts:
        rows += _agreement("text", texts(settings.cefr_texts), settings.bootstrap)
    else:
        bench.say("CEFR of rated texts skipped: set VIVA_EVAL_CEFR_TEXTS (CSV)")
    if settings.cefr_speech:
        rated = speech(settings.cefr_speech, TranscriptCache(settings.cache))
        rows += _agreement("speech", rated, settings.bootstrap)
    else:
        bench.say("CEFR of rated speech skipped: set VIVA_EVAL_CEFR_SPEECH (CSV)")
    return Outcome(rows)


def texts(path: Path) -> list[Leveled]:
    """Rated texts (columns id, speaker, cefr, text) with their index."""
    return [
        _leveled(row, text_index(row["text"]))
        for row in read_table(path, ("id", "speaker", "cefr", "text"))
    ]


def speech(path: Path, cache: TranscriptCache) -> list[Leveled]:
    """Rated recordings (columns id, speaker, cefr, audio), those that get a level."""
    found = []
    for row in read_table(path, ("id", "speaker", "cefr", "audio")):
        heard = answer_of(row["id"], cache.transcribe(read_audio(path.parent / row["audio"])))
        index = speech_index([heard])
        if index is not None:
            found.append(_leveled(row, index))
    return found


def text_index(text: str) -> int:
    """The index of a text, in tenths."""
    words = tuple(SpokenWord(word, Span(0, 0)) for word in text.split())
    said = analyst().hear(Answer("t", 1, "t", "", words))
    features = analyst().language_features([said])
    model = packaged_language_model()
    count = len(said.tokens)
    terms = level_terms(count, model)
    spoken = next(term for term in terms if term.name == "fluency")
    features["fluency"] = (spoken.worst + spoken.best) / 2
    return total(contributions(terms, drawn(features, count, model)))


def speech_index(answers: Sequence[Answer]) -> int | None:
    """The index of an interview of these answers; None where there is too little."""
    summands = language(answers).cefr.contributions
    return total(summands) if summands else None


def _leveled(row: dict[str, str], index: int) -> Leveled:
    if row["cefr"] not in LEVELS:
        raise ValueError(f"{row['id']}: {row['cefr']!r} is none of {', '.join(LEVELS)}")
    return Leveled(row["id"], row["speaker"], row["cefr"], index)


def _agreement(subset: str, rated: list[Leveled], resamples: int) -> list[Row]:
    cuts = packaged_language_model().cuts
    truth = np.array([LEVELS.index(one.level) for one in rated])
    given = np.array([LEVELS.index(level(one.index, cuts)) for one in rated])
    common = np.full(len(truth), int(np.median(truth)))
    speakers = [one.speaker for one in rated]

    def row(name: str, measure: Callable[[Levels, Levels], float]) -> Row:
        def at_all(at: Indices) -> float:
            return measure(given[at], truth[at])

        return Row(
            name,
            at_all(np.arange(len(truth))),
            by_group(speakers, at_all, resamples),
            subset=subset,
            n=len(truth),
            groups=len(set(speakers)),
            baseline=measure(common, truth),
            baseline_name="always the middle level",
            note="cut-points are provisional",
        )

    return [
        row("CEFR, exact agreement", lambda a, b: float(np.mean(a == b))),
        row("CEFR, at most one level apart", lambda a, b: float(np.mean(np.abs(a - b) <= 1))),
        row(
            "CEFR, quadratic kappa",
            lambda a, b: quadratic_kappa(a, b, len(LEVELS)),
        ),
    ]


def _synthetic() -> Row:
    spoken = people(_SYNTHETIC)
    found = [speech_index(one.answers) for one in spoken]
    pairs = [(one.skill, index) for one, index in zip(spoken, found, strict=True) if index]
    rising = [
        later[1] > earlier[1]
        for number, earlier in enumerate(pairs)
        for later in pairs[number + 1 :]
        if later[0] - earlier[0] > 0.15
    ]
    return Row(
        "CEFR index rises with known skill, share of pairs",
        float(np.mean(rising)),
        subset="synthetic",
        n=len(rising),
        groups=len(pairs),
        baseline=0.5,
        baseline_name="chance",
        goal=0.9,
        note="same words, other timing: says nothing of people",
    )


TASK = Task("cefr", "CEFR level of text and speech", run, always=True)
