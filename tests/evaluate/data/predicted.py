"""Fluency of the rated set as it would be for speakers whom the model has never seen."""

from dataclasses import dataclass

import numpy as np

from tests.evaluate import fit_fluency
from tests.evaluate.data.rated import Rated
from tests.evaluate.data.shipped import fitted_speakers, shipped_fluency, shrinkage
from tests.evaluate.metrics.additive_fit import Matrix


@dataclass(frozen=True)
class Predicted:
    """Fluency in points of the panel's scale, 0 to 10.

    Attributes:
        interview: of each utterance's speaker, over all that was said.
        alone: of each utterance by itself.
        how: whether the speakers were held out by cross-validation or were never fitted on.
    """

    interview: Matrix
    alone: Matrix
    how: str

    @property
    def pooled(self) -> Matrix:
        """What an expert does who hears a sentence and knows the speaker."""
        return np.asarray(0.3 * self.alone + 0.7 * self.interview)


def predict(found: Rated) -> Predicted:
    """By the shipped model; by cross-validation for the speakers that it was fitted on."""
    home = {name: place for place, name in enumerate(found.names)}
    at = np.array([home[speaker] for speaker in found.speakers])
    known = fitted_speakers()
    if set(found.names) <= known and len(found.names) >= fit_fluency.FOLDS:
        people_, clips = fit_fluency.held_out(found, "fluency", shrinkage())
        return Predicted(people_[at], clips, "cross-validated")
    people_ = shipped_fluency([found.by_speaker[name] for name in found.names])
    clips = shipped_fluency(found.measures)
    how = "held out" if known.isdisjoint(found.names) else "partly fitted on"
    return Predicted(people_[at], clips, how)
