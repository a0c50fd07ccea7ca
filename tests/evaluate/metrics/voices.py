"""What is fitted on voices: the space in which they are compared, and how likely cosines are."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from viva.diarization.adapters.voice_space import VoiceSpace
from viva.diarization.domain.likelihood import Likelihood

Vectors = NDArray[np.float32]
_SHRUNK = 0.6


def space_of(voices: Sequence[Vectors], shrunk: float = _SHRUNK) -> VoiceSpace:
    """Mean of the voices' means, and the inverse root of the covariance within voices.

    Args:
        voices: of each person the windows' vectors, shape (windows, size).
        shrunk: weight of a covariance that is equal in all directions: there are few windows.
    """
    mean = np.mean([voice.mean(axis=0) for voice in voices], axis=0)
    noise = np.concatenate([voice - voice.mean(axis=0) for voice in voices]).astype(np.float64)
    within = noise.T @ noise / len(noise)
    size = len(within)
    within = (1 - shrunk) * within + shrunk * np.trace(within) / size * np.eye(size)
    values, vectors = np.linalg.eigh(within)
    # Scaled so that the entries keep their precision in the file.
    whitening = vectors @ np.diag(np.sqrt(values.mean() / values)) @ vectors.T
    return VoiceSpace(mean.astype(np.float32), whitening.astype(np.float32))


def likelihood_of(
    alike: float,
    cosines: Sequence[float],
    lengths_ms: Sequence[tuple[int, int]],
    same: Sequence[bool],
) -> Likelihood:
    """Logistic regression of pairs of stretches, both classes weighing the same.

    Args:
        alike: mean cosine of windows of one voice.
        cosines: of the stretches' means, with the length of both and whether they are one voice.
    """
    unit = Likelihood(alike, 1.0, 0.0)
    expected = np.array([unit.expected(one, other) for one, other in lengths_ms])
    cues = np.stack([expected * np.asarray(cosines), -(expected**2)], axis=1)
    truth = np.asarray(same, dtype=float)
    weights = np.where(truth > 0, 0.5 / truth.mean(), 0.5 / (1 - truth.mean())) / len(truth)
    found = np.array([10.0, 5.0])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-cues @ found))
        slope = cues.T @ (weights * (chance - truth)) + 1e-6 * found
        curve = (cues * (weights * chance * (1 - chance))[:, None]).T @ cues + 1e-6 * np.eye(2)
        found = found - np.linalg.solve(curve, slope)
    return Likelihood(alike, float(found[0]), float(found[1] / found[0]))


def unit_mean(vectors: Vectors) -> Vectors:
    """Direction of the mean."""
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(sqrt(float(mean @ mean)), 1e-9), dtype=np.float32)
