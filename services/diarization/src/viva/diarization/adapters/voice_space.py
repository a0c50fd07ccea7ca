"""The space of each channel in which voices are compared.

What all voices of a channel have in common says nothing about who speaks, and neither does what
varies while one person speaks: the first is taken away, the second is made equal in all directions
(within-class covariance normalization, Hatch et al., Interspeech 2006). `tests.evaluate.fit_voices`
computes both from one half of the adult training speakers of speechocean762 (Zhang et al., 2021,
CC BY 4.0).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from viva.diarization.application.ports import Embeddings
from viva.diarization.domain.model import Channel

SPACES_FILE = Path(__file__).with_name("voice_spaces.npz")


@dataclass(frozen=True, eq=False)
class VoiceSpace:
    """One channel's.

    Attributes:
        mean: of all voices, shape (size,).
        whitening: shape (size, size); noise within a voice is equal in all directions after it.
    """

    mean: Embeddings
    whitening: Embeddings

    def __call__(self, vectors: Embeddings) -> Embeddings:
        """Vectors of the network, shape (windows, size), as unit vectors of the space."""
        moved = (vectors - self.mean) @ self.whitening
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        return np.asarray(moved / np.maximum(lengths, 1e-9), dtype=np.float32)


def voice_spaces(path: Path = SPACES_FILE) -> Mapping[Channel, VoiceSpace]:
    """Every channel's, from the package's file."""
    with np.load(path) as found:
        return {
            channel: VoiceSpace(
                found[f"{channel.value}_mean"].astype(np.float32),
                found[f"{channel.value}_whitening"].astype(np.float32),
            )
            for channel in Channel
        }


def write_voice_spaces(spaces: Mapping[Channel, VoiceSpace], path: Path = SPACES_FILE) -> None:
    """Half precision: the file goes with the package."""
    parts: dict[str, Any] = {}
    for channel, space in spaces.items():
        parts[f"{channel.value}_mean"] = space.mean.astype(np.float16)
        parts[f"{channel.value}_whitening"] = space.whitening.astype(np.float16)
    np.savez_compressed(path, **parts)
