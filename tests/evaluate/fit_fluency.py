"""Fits fluency and intelligibility on a rated reading set and writes them into language.json.

What words and grammar of these speakers usually are goes there, too: a level starts from it.

    VIVA_EVAL_SPEECHOCEAN=<folder> python -m tests.evaluate.fit_fluency [--write]

The set is read aloud, so it lacks much of what free answers have. Therefore the ranges of the terms
are round figures that free speech can reach, not the set's own quantiles; weights are shrunk
towards a meta-analysis of free speech as far as it costs at most `_LOSS` of the correlation with
speakers that were held out; and what the set did span is stored beside each term, so that an answer
outside of it says so.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from rich.console import Console

from tests.evaluate.data.rated import Rated, rated
from tests.evaluate.data.scorer import analyst
from tests.evaluate.metrics.additive_fit import Matrix, Shape, fit
from tests.evaluate.metrics.agreement import pearson
from tests.evaluate.metrics.bootstrap import folds
from tests.evaluate.registry import Bench
from tests.evaluate.settings import EvalSettings
from viva.scoring.domain.delivery import Delivery

FILE = Path("services/scoring/src/viva/scoring/language.json")
FOLDS = 10
_SHRINKAGES = (0.01, 0.03, 0.1, 0.3, 1.0)
_LOSS = 0.002
_USUAL = {
    "vocabulary_level": 2,
    "advanced_share": 3,
    "clause_words": 1,
    "grammar_errors_per_100_words": 1,
}
_PANEL_TENTHS = 100  # a point of the experts' 0 to 10 is 100 tenths of ours


@dataclass(frozen=True)
class Wanted:
    """A term to fit: its range in free speech, and |r| with rated fluency by the meta-analysis."""

    name: str
    label: str
    worst: float
    best: float
    prior: float


# The mean length of a pause and the rate of syllables by ear were left out: out of fold they add
# nothing to the others, and both widened the gap between women and men beyond the panel's.
WANTED = (
    Wanted("articulation_rate", "Syllables per second of speech", 1.9, 4.0, 0.62),
    Wanted("mean_run_syllables", "Syllables between two pauses", 3.0, 9.0, 0.50),
    Wanted("pauses_per_minute", "Silent pauses per minute of speech", 30.0, 0.0, 0.59),
    Wanted("phonation_time_ratio", "Share of the time spent speaking", 0.65, 1.0, 0.46),
    Wanted("repetitions_per_100_words", "Repeats and restarts per 100 words", 4.0, 0.0, 0.20),
)
SHAPE = Shape(
    np.array([term.worst for term in WANTED]),
    np.array([term.best for term in WANTED]),
    np.array([term.prior for term in WANTED]),
)


def matrix(measures: Sequence[Delivery]) -> Matrix:
    """One row of the wanted features for each; what has none is as bad as can be."""
    rows = [one.timing.features() for one in measures]
    return np.array([[row.get(term.name, term.worst) for term in WANTED] for row in rows])


def held_out(found: Rated, aspect: str, shrinkage: float) -> tuple[Matrix, Matrix]:
    """Fluency of each speaker and of each utterance by models that never saw the speaker."""
    people = matrix([found.by_speaker[name] for name in found.names])
    clips = matrix(found.measures)
    target = found.panel_by_speaker(aspect)
    home = {name: place for place, name in enumerate(found.names)}
    at = np.array([home[name] for name in found.speakers])
    by_speaker, by_clip = np.zeros(len(people)), np.zeros(len(clips))
    for part in folds(found.names, FOLDS):
        rest = np.setdiff1d(np.arange(len(people)), part)
        model = fit(people[rest], target[rest], SHAPE, shrinkage)
        by_speaker[part] = model.predict(people[part])
        chosen = np.isin(at, part)
        by_clip[chosen] = model.predict(clips[chosen])
    return by_speaker, by_clip


def held_out_intelligibility(found: Rated) -> Matrix:
    """Of each speaker, 0 to 10, by a range that the speaker had no part in."""
    certainty = certainties(found)
    score = np.zeros(len(certainty))
    for part in folds(found.names, FOLDS):
        worst, best = understood(np.delete(certainty, part))
        score[part] = np.clip((certainty[part] - worst) / (best - worst), 0, 1) * 10
    return score


def certainties(found: Rated) -> Matrix:
    """The mean word probability of each speaker."""
    return np.array([found.by_speaker[name].word_confidence or 0.0 for name in found.names])


def understood(certainty: Matrix) -> tuple[float, float]:
    """The range of intelligibility's term: capped where a tenth of the speakers lie above."""
    low, high = float(np.quantile(certainty, 0.02)), float(np.quantile(certainty, 0.9))
    return round(low - (high - low) / 4, 3), round(high, 3)


def choose_shrinkage(found: Rated) -> tuple[float, list[tuple[float, float]]]:
    """The strongest that costs at most `_LOSS`, and what each one reaches."""
    target = found.panel_by_speaker("fluency")
    figures = [(s, pearson(held_out(found, "fluency", s)[0], target)) for s in _SHRINKAGES]
    best = max(r for _, r in figures)
    return max(s for s, r in figures if r >= best - _LOSS), figures


def fluency_section(found: Rated, console: Console) -> dict[str, Any]:
    """What the file says of fluency."""
    shrinkage, figures = choose_shrinkage(found)
    for value, r in figures:
        console.print(f"shrinkage {value}: held-out r by speaker {r:.3f}")
    people = matrix([found.by_speaker[name] for name in found.names])
    model = fit(people, found.panel_by_speaker("fluency"), SHAPE, shrinkage)
    by_speaker, by_clip = held_out(found, "fluency", shrinkage)
    lowest, highest = np.quantile(people, 0.01, axis=0), np.quantile(people, 0.99, axis=0)
    terms = [
        {
            "name": term.name,
            "label": term.label,
            "worst": term.worst,
            "best": term.best,
            "points": round(float(weight) * _PANEL_TENTHS),
            "fitted": [round(float(low), 3), round(float(high), 3)],
        }
        for term, weight, low, high in zip(WANTED, model.weights, lowest, highest, strict=True)
    ]
    return {
        "validation": "provisional",
        "basis": (
            f"Fitted on read English of {len(found.names)} adults, first language Mandarin "
            "(speechocean762, CC BY 4.0), weights shrunk towards a meta-analysis of free speech; "
            "not checked against ratings of free answers."
        ),
        "base": max(0, round(model.base * _PANEL_TENTHS)),
        "terms": terms,
        "fit": {
            "script": "tests/evaluate/fit_fluency.py",
            "shrinkage": shrinkage,
            "utterances": len(found.utterances),
            "held_out_r_by_speaker": round(
                pearson(by_speaker, found.panel_by_speaker("fluency")), 3
            ),
            "held_out_r_by_utterance": round(pearson(by_clip, found.panel("fluency")), 3),
            "speakers": sorted(found.names),
        },
    }


def intelligibility_section(found: Rated) -> dict[str, Any]:
    """From word probability alone."""
    certainty = certainties(found)
    worst, best = understood(certainty)
    return {
        "validation": "provisional",
        "term": {
            "name": "word_confidence",
            "label": "How surely the recognizer understood the words",
            "worst": worst,
            "best": best,
            "points": 1000,
        },
        "fit": {
            "r_by_speaker_with_accuracy": round(
                pearson(certainty, found.panel_by_speaker("accuracy")), 3
            )
        },
    }


def usual_words(found: Rated) -> dict[str, float]:
    """Means over the speakers of what a level starts from."""
    rows = []
    for name in found.names:
        own = [one.whole for one in found.heard if one.joined.speaker == name]
        said = [analyst().hear(answer) for answer in own if answer.language_matches]
        if said:
            rows.append(analyst().language_features(said))
    return {
        feature: round(mean(row[feature] for row in rows), digits)
        for feature, digits in _USUAL.items()
    }


def main() -> None:
    """Prints the fit; with --write it goes into the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    console = Console(highlight=False)
    bench = Bench(EvalSettings(), Path("report/evaluate"), console.print)
    found = rated(bench)
    if found is None:
        parser.error("set VIVA_EVAL_SPEECHOCEAN")
    content = json.loads(FILE.read_text("utf-8"))
    content["fluency"] = fluency_section(found, console)
    content["intelligibility"] = intelligibility_section(found)
    content["cefr"]["usual"]["values"] = usual_words(found)
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    shown = {**content["fluency"], "fit": {**content["fluency"]["fit"], "speakers": "..."}}
    console.print_json(
        json.dumps(
            {
                "fluency": shown,
                "intelligibility": content["intelligibility"],
                "usual": content["cefr"]["usual"],
            }
        )
    )
    if given.write:
        FILE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
