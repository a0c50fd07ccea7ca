"""Competency scores against people's ratings of the same answers."""

import numpy as np
from scipy.stats import pearsonr, spearmanr

from tests.evaluate.data.answers import points, read_rated
from tests.evaluate.registry import Bench, Outcome, Row, Task, missing


def run(bench: Bench) -> Outcome:
    """Agreement, and what of it is only length."""
    path = bench.settings.competency
    if path is None:
        return missing("competency")
    rated = read_rated(path)
    scored = [(one, points(one.text, one.question, one.competency)) for one in rated]
    given = [(one, value) for one, value in scored if value is not None]
    speakers = len({one.speaker for one, _ in given})
    ratings = np.array([one.rating for one, _ in given])
    values = np.array([value for _, value in given])
    words = np.log([max(1, len(one.text.split())) for one, _ in given])
    return Outcome(
        [
            Row(
                "Pearson with the raters",
                float(pearsonr(values, ratings).statistic),
                n=len(given),
                groups=speakers,
                baseline=float(pearsonr(words, ratings).statistic),
                baseline_name="log of the word count",
                human=0.49,
            ),
            Row("rank r with the raters", float(spearmanr(values, ratings).statistic)),
            Row(
                "score and word count, ratings held constant",
                abs(_partial(values, words, ratings)),
                goal=0.10,
                at_most=True,
            ),
            Row("no score", 1 - len(given) / max(1, len(rated)), n=len(rated)),
        ]
    )


def _partial(x: np.ndarray, y: np.ndarray, given: np.ndarray) -> float:
    """Partial correlation of x and y."""
    xy, xg, yg = (
        float(pearsonr(one, other).statistic) for one, other in ((x, y), (x, given), (y, given))
    )
    return (xy - xg * yg) / float(np.sqrt((1 - xg**2) * (1 - yg**2)))


TASK = Task("competency", "competency scores against rated answers", run)
