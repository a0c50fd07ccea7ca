"""Who of up to four voices speaks at each moment, by NeMo's Sortformer (Park et al. 2024)."""

from itertools import groupby
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples
from viva.diarization.adapters.nemo_models import load_nemo
from viva.diarization.domain.model import Span, Turn

_CLASS = "SortformerEncLabelModel"
_ACTIVE = 0.5
_LEAST = SAMPLE_RATE_HZ // 2


class SortformerActivity:
    """Takes the whole answer at once, so that a voice keeps its number in it."""

    def __init__(self, source: str) -> None:
        self._model: Any = load_nemo(_CLASS, source)

    def turns(self, samples: Samples) -> list[Turn]:
        """See the port."""
        if len(samples) < _LEAST or not samples.any():
            return []
        active = self._probabilities(samples) > _ACTIVE
        frame_ms = 1000 * len(samples) / SAMPLE_RATE_HZ / len(active)
        found: list[Turn] = []
        for voice in range(active.shape[1]):
            place = 0
            for is_active, run in groupby(active[:, voice].tolist()):
                count = len(list(run))
                span = Span(round(place * frame_ms), round((place + count) * frame_ms))
                place += count
                if is_active:
                    found.append(Turn(span, str(voice)))
        return sorted(found, key=lambda turn: (turn.span, turn.voice))

    @torch.inference_mode()
    def _probabilities(self, samples: Samples) -> NDArray[np.float32]:
        """Of each voice being active, shape (frames, voices)."""
        signal = torch.from_numpy(samples.astype(np.float32) / 32768).unsqueeze(0)
        length = torch.tensor([len(samples)])
        found = self._model(audio_signal=signal, audio_signal_length=length)
        return np.asarray(found[0].float().numpy())
