"""Speaker embeddings by CAM++, in the space of the channel.

Telephone lines differ in what they leave below 300 Hz and above 3400 Hz, so nothing of it is used:
a voice is the same over two lines.
"""

from collections.abc import Sequence

import numpy as np
import torch

from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples, samples_in
from viva.diarization.adapters.campplus import EMBEDDING_SIZE, CamPlusPlus
from viva.diarization.adapters.filterbank import FRAME_SHIFT, Filterbank, frames_in
from viva.diarization.adapters.voice_space import voice_spaces
from viva.diarization.application.ports import Embeddings
from viva.diarization.domain.model import Channel, Span

_BAND_HZ = {Channel.WIDE: None, Channel.PHONE: (300.0, 3400.0)}
_BATCH = 16
_MIN_FRAMES = 16


class CamPlusPlusEmbedder:
    """Windows of the same length are computed together."""

    def __init__(self, store: ModelStore, model: str = "campplus") -> None:
        self._network = CamPlusPlus.load(store.file(model))
        self._filterbank = Filterbank()
        self._spaces = voice_spaces()

    def embed(self, samples: Samples, windows: Sequence[Span], channel: Channel) -> Embeddings:
        """Unit vectors, shape (windows, 192); see the port."""
        return self._spaces[channel](self.raw(samples, windows, channel))

    def raw(self, samples: Samples, windows: Sequence[Span], channel: Channel) -> Embeddings:
        """Unit vectors as the network gives them, shape (windows, 192)."""
        embeddings = np.zeros((len(windows), EMBEDDING_SIZE), dtype=np.float32)
        features = self._filterbank(samples, _BAND_HZ[channel])
        short = _MIN_FRAMES - len(features)
        if short > 0:
            features = torch.nn.functional.pad(features, (0, 0, 0, short))
        by_length: dict[int, list[tuple[int, int]]] = {}
        for index, window in enumerate(windows):
            length = max(_MIN_FRAMES, frames_in(samples_in(window.duration_ms)))
            length = min(length, len(features))
            start = min(samples_in(window.start_ms) // FRAME_SHIFT, len(features) - length)
            by_length.setdefault(length, []).append((index, start))
        for length, places in by_length.items():
            for first in range(0, len(places), _BATCH):
                batch = places[first : first + _BATCH]
                stacked = torch.stack([features[start : start + length] for _, start in batch])
                vectors = torch.nn.functional.normalize(self._network(stacked), dim=1).numpy()
                embeddings[[index for index, _ in batch]] = vectors
        return embeddings
