"""The experts' total from two scores: fluency, and intelligibility with a capped share.

The verdict has no such number: it shows that the two scores together say what experts say. The
weights are fixed, not fitted: two parts of fluency, one of intelligibility, so that no accent can
move more than a third of it.
"""

import numpy as np

from tests.evaluate.data.predicted import Predicted
from tests.evaluate.metrics.additive_fit import Matrix

_SHARE = 1 / 3


def totals(predicted: Predicted) -> Matrix:
    """For each utterance, by all that its speaker said."""
    return np.asarray((1 - _SHARE) * predicted.interview + _SHARE * predicted.clear)
