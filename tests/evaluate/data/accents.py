"""Accent groups of the rated reading set, made by the experts' accuracy.

The half of the speakers whom they found harder to understand, and the others.
"""

from collections.abc import Mapping, Sequence
from statistics import mean, median

from tests.evaluate.data.speechocean import Utterance

STRONGER, LIGHTER = "stronger accent", "lighter accent"


def accents(found: Sequence[Utterance]) -> Mapping[str, str]:
    """The group of each speaker."""
    scores: dict[str, list[float]] = {}
    for one in found:
        scores.setdefault(one.speaker, []).append(one.panel("accuracy"))
    means = {speaker: mean(values) for speaker, values in scores.items()}
    middle = median(means.values())
    return {speaker: STRONGER if own < middle else LIGHTER for speaker, own in means.items()}
