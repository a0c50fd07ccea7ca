"""The rated reading set as scoring sees it: features of each utterance and of each speaker."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import mean

import numpy as np
from numpy.typing import NDArray

from tests.evaluate.data.joined import Heard, hear, join
from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.data.speechocean import Utterance, load
from tests.evaluate.registry import Bench, batches
from viva.scoring.domain.delivery import Delivery, delivery_of
from viva.scoring.domain.tokens import tokens_of

_SAY_EVERY = 20


@dataclass(frozen=True)
class Rated:
    """Utterances with their measures, in one order, and the answers they were heard in."""

    utterances: tuple[Utterance, ...]
    measures: tuple[Delivery, ...]
    heard: tuple[Heard, ...]

    @cached_property
    def speakers(self) -> tuple[str, ...]:
        """Of each utterance."""
        return tuple(one.speaker for one in self.utterances)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Each speaker once."""
        return tuple(dict.fromkeys(self.speakers))

    @cached_property
    def by_speaker(self) -> Mapping[str, Delivery]:
        """Sums over all that a speaker said, as an interview sums over its answers."""
        sums: dict[str, Delivery] = {}
        for speaker, one in zip(self.speakers, self.measures, strict=True):
            sums[speaker] = sums.get(speaker, Delivery()) + one
        return sums

    def panel(self, aspect: str) -> NDArray[np.float64]:
        """Median of the experts for each utterance."""
        return np.array([one.panel(aspect) for one in self.utterances])

    def panel_by_speaker(self, aspect: str) -> NDArray[np.float64]:
        """The panel's mean for each speaker, in the order of `names`."""
        scores: dict[str, list[float]] = {name: [] for name in self.names}
        for one in self.utterances:
            scores[one.speaker].append(one.panel(aspect))
        return np.array([mean(scores[name]) for name in self.names])


def rated(bench: Bench) -> Rated | None:
    """Loads and recognizes the set of the settings; None where it is not there."""
    settings = bench.settings
    if settings.speechocean is None:
        return None
    found = load(settings.speechocean, part=settings.speechocean_part, adult_age=settings.adult_age)
    if settings.limit:
        found = found[: settings.limit]
    cache = TranscriptCache(settings.cache)
    answers = list(join(found))
    heard: list[Heard] = []
    for batch in batches(answers, _SAY_EVERY):
        heard += [hear(one, cache) for one in batch]
        if cache.fresh:
            bench.say(f"recognized {len(heard)} of {len(answers)} answers")
    return collected(heard)


def collected(heard: list[Heard]) -> Rated:
    """Measures of every utterance in these answers."""
    parts = [part for one in heard for part in one.parts]
    return Rated(
        tuple(utterance for utterance, _ in parts),
        tuple(delivery_of(answer, tokens_of(answer)) for _, answer in parts),
        tuple(heard),
    )
