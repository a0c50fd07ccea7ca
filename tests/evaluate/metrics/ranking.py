"""How well a score tells two classes apart."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class EqualError(NamedTuple):
    """Where as many positives are missed as negatives are accused."""

    threshold: float
    rate: float
    balanced_accuracy: float


def auc(scores: ArrayLike, positive: ArrayLike) -> float:
    """Area under the ROC curve: the chance that a positive outscores a negative, ties half."""
    s, p = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    yes, no = np.sort(s[p]), np.sort(s[~p])
    if not len(yes) or not len(no):
        return float("nan")
    below = np.searchsorted(no, yes, side="left").sum()
    not_above = np.searchsorted(no, yes, side="right").sum()
    return float(below + not_above) / 2 / (len(yes) * len(no))


def equal_error(scores: ArrayLike, positive: ArrayLike) -> EqualError:
    """The threshold at which misses and false alarms come closest, and what it reaches.

    A score at or above the threshold counts as positive.
    """
    s, p = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    thresholds = np.append(np.unique(s), np.inf)
    yes, no = np.sort(s[p]), np.sort(s[~p])
    misses = np.searchsorted(yes, thresholds, side="left") / len(yes)
    alarms = 1 - np.searchsorted(no, thresholds, side="left") / len(no)
    best = int(np.argmin(np.abs(misses - alarms)))
    rate = float(misses[best] + alarms[best]) / 2
    return EqualError(float(thresholds[best]), rate, 1 - rate)


def upper_bound(events: int, trials: int, confidence: float = 0.95) -> float:
    """Upper end of the one-sided Clopper-Pearson interval of a rate.

    Found by bisection of the binomial distribution; 1 where there were no trials.
    """
    if events >= trials:
        return 1.0
    low, high = events / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(events, trials, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(events: int, trials: int, rate: float) -> float:
    """Probability of at most `events` in `trials`."""
    term = (1 - rate) ** trials
    total = term
    for k in range(events):
        term *= (trials - k) / (k + 1) * rate / (1 - rate)
        total += term
    return total
