"""Scores of the rated set as they would be for speakers whom the model has never seen."""

from dataclasses import dataclass

import numpy as np

from tests.evaluate import fit_fluency
from tests.evaluate.data.rated import Rated
from tests.evaluate.data.shipped import (
    fitted_speakers,
    shipped_fluency,
    shipped_intelligibility,
    shrinkage,
)
from tests.evaluate.metrics.additive_fit import Matrix


@dataclass(frozen=True)
class Predicted:
    """In points of the panel's scale, 0 to 10, for each utterance.

    Attributes:
        interview: fluency of the utterance's speaker, over all that was said.
        alone: fluency of the utterance by itself.
        clear: intelligibility of the utterance's speaker, over all that was said.
        how: whether the speakers were held out by cross-validation, were never fitted on, or the
            figures are of the very speakers that the model was fitted on.
    """

    interview: Matrix
    alone: Matrix
    clear: Matrix
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
        clear = fit_fluency.held_out_intelligibility(found)
        return Predicted(people_[at], clips, clear[at], "cross-validated")
    people_ = shipped_fluency([found.by_speaker[name] for name in found.names])
    clear = shipped_intelligibility([found.by_speaker[name] for name in found.names])
    clips = shipped_fluency(found.measures)
    seen = known.intersection(found.names)
    how = "in-sample" if seen == set(found.names) else "partly in-sample" if seen else "held out"
    return Predicted(people_[at], clips, clear[at], how)
