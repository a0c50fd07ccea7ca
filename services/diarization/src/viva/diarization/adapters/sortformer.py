"""Who of up to four voices speaks at each moment, by NeMo's Sortformer (Park et al. 2024)."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, milliseconds_of
from viva.diarization.adapters.nemo_models import load_nemo
from viva.diarization.domain.model import Span, Turn

_CLASS = "SortformerEncLabelModel"
_ACTIVE = 0.5
_FRAME_MS = 80
_LEAST = SAMPLE_RATE_HZ // 2
_PIECE = 120 * SAMPLE_RATE_HZ


class SortformerActivity:
    """Pieces of two minutes: what it needs grows with the square of the length."""

    def __init__(self, source: str) -> None:
        self._model: Any = load_nemo(_CLASS, source)

    def turns(self, samples: Samples) -> list[Turn]:
        """See the port."""
        found: list[Turn] = []
        for number, start in enumerate(range(0, len(samples), _PIECE)):
            piece = samples[start : start + _PIECE]
            if len(piece) >= _LEAST and piece.any():
                start_ms = int(milliseconds_of(start))
                end_ms = start_ms + int(milliseconds_of(len(piece)))
                active = self._probabilities(piece) > _ACTIVE
                for voice in range(active.shape[1]):
                    found += _turns(f"{number}-{voice}", active[:, voice], start_ms, end_ms)
        return sorted(found, key=lambda turn: (turn.span, turn.voice))

    @torch.inference_mode()
    def _probabilities(self, samples: Samples) -> NDArray[np.float32]:
        """Of each voice being active, shape (frames, voices)."""
        signal = torch.from_numpy(samples.astype(np.float32) / 32768).unsqueeze(0)
        length = torch.tensor([len(samples)])
        found = self._model(audio_signal=signal, audio_signal_length=length)
        return np.asarray(found[0].float().numpy())


def _turns(voice: str, active: NDArray[np.bool_], start_ms: int, end_ms: int) -> Iterator[Turn]:
    """Runs of active frames; padded frames lie past the end."""
    at = start_ms
    for is_active, run in groupby(active.tolist()):
        following = at + _FRAME_MS * len(list(run))
        if is_active and at < end_ms:
            yield Turn(Span(at, min(following, end_ms)), voice)
        at = following
