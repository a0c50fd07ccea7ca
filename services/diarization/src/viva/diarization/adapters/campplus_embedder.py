"""Speaker embeddings by CAM++, centred for the channel.

Telephone lines differ in what they leave below 300 Hz and above 3400 Hz, so nothing of it is used:
a voice is the same over two lines. What all voices of a channel have in common says nothing about
who speaks: half of it is subtracted in the browser, all of it on the telephone, where it is much.
`bench/channel_means.py` computes it from one half of the adult training speakers of speechocean762
(Zhang et al., 2021, CC BY 4.0) and shows what it does for the other half.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples, samples_in
from viva.diarization.adapters.campplus import EMBEDDING_SIZE, CamPlusPlus
from viva.diarization.adapters.filterbank import FRAME_SHIFT, Filterbank, frames_in
from viva.diarization.application.ports import Embeddings
from viva.diarization.domain.model import Channel, Span

MEANS_FILE = Path(__file__).with_name("channel_means.json")
MEAN_SHARE = {Channel.WIDE: 0.5, Channel.PHONE: 1.0}
_BAND_HZ = {Channel.WIDE: None, Channel.PHONE: (300.0, 3400.0)}
_BATCH = 16
_MIN_FRAMES = 16


class CamPlusPlusEmbedder:
    """Windows of the same length are computed together."""

    def __init__(
        self,
        store: ModelStore,
        model: str = "campplus",
        *,
        means: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        """Load the network and the channels' means (the package's if None)."""
        self._network = CamPlusPlus.load(store.file(model))
        self._filterbank = Filterbank()
        if means is None:
            means = json.loads(MEANS_FILE.read_text(encoding="utf-8"))
        self._shifts = {
            channel: MEAN_SHARE[channel]
            * np.asarray(means.get(channel.value, 0.0), dtype=np.float32)
            for channel in Channel
        }

    def embed(self, samples: Samples, windows: Sequence[Span], channel: Channel) -> Embeddings:
        """Unit vectors, shape (windows, 192); see the port."""
        if not windows:
            return np.zeros((0, EMBEDDING_SIZE), dtype=np.float32)
        centred = self._raw(samples, windows, _BAND_HZ[channel]) - self._shifts[channel]
        return np.asarray(centred / np.linalg.norm(centred, axis=1, keepdims=True))

    def _raw(
        self, samples: Samples, windows: Sequence[Span], band_hz: tuple[float, float] | None
    ) -> Embeddings:
        embeddings = np.zeros((len(windows), EMBEDDING_SIZE), dtype=np.float32)
        features = self._filterbank(samples, band_hz)
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
