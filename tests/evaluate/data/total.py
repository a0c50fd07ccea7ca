"""The experts' total from two scores: fluency, and intelligibility with a capped share.

The verdict has no such number: it shows that the two scores together say what experts say. The
weights are fixed, not fitted: two parts of fluency, one of intelligibility, so that no accent can
move more than a third of it.
"""

import numpy as np

from tests.evaluate.data.rated import Rated
from tests.evaluate.data.shipped import shipped_intelligibility
from tests.evaluate.metrics.additive_fit import Matrix

_SHARE = 1 / 3


def totals(found: Rated, fluency: Matrix) -> Matrix:
    """For each utterance, by all that its speaker said."""
    clear = shipped_intelligibility([found.by_speaker[name] for name in found.names])
    home = {name: place for place, name in enumerate(found.names)}
    at = np.array([home[speaker] for speaker in found.speakers])
    return np.asarray((1 - _SHARE) * fluency + _SHARE * clear[at])
