"""Speaker embeddings by NeMo's TitaNet (Koluguri et al. 2022), where its weights are configured."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, samples_in
from viva.diarization.adapters.nemo_models import load_nemo
from viva.diarization.application.ports import Embeddings
from viva.diarization.domain.model import Channel, Span

_CLASS = "EncDecSpeakerLabelModel"
_BATCH = 16
_LEAST = SAMPLE_RATE_HZ // 5


class TitaNetEmbedder:
    """Windows of the same length are computed together; a channel changes nothing."""

    def __init__(self, source: str) -> None:
        self._model: Any = load_nemo(_CLASS, source)
        self._size = len(self._computed(np.zeros((1, _LEAST), np.float32))[0])

    def embed(self, samples: Samples, windows: Sequence[Span], channel: Channel) -> Embeddings:  # noqa: ARG002
        """See the port."""
        found = np.zeros((len(windows), self._size), dtype=np.float32)
        pieces = [_piece(samples, window) for window in windows]
        by_length: dict[int, list[int]] = {}
        for index, piece in enumerate(pieces):
            by_length.setdefault(len(piece), []).append(index)
        for indices in by_length.values():
            for first in range(0, len(indices), _BATCH):
                batch = indices[first : first + _BATCH]
                found[batch] = self._computed(np.stack([pieces[i] for i in batch]))
        return found

    @torch.inference_mode()
    def _computed(self, audio: Embeddings) -> Embeddings:
        signal = torch.from_numpy(audio)
        lengths = torch.full((len(audio),), audio.shape[1], dtype=torch.int64)
        _, vectors = self._model(input_signal=signal, input_signal_length=lengths)
        return np.asarray(torch.nn.functional.normalize(vectors, dim=1).numpy(), dtype=np.float32)


def _piece(samples: Samples, window: Span) -> Embeddings:
    """The window's audio in -1..1; silence follows where there is too little."""
    part = samples[samples_in(window.start_ms) : samples_in(window.end_ms)]
    whole = np.zeros(max(_LEAST, len(part)), dtype=np.float32)
    whole[: len(part)] = part.astype(np.float32) / 32768
    return whole
