"""Pyannote's segmentation 3.0 (Bredin 2023; MIT), computed from its weights.

Band-pass filters that were learnt (SincNet: Ravanelli and Bengio 2018), two convolutions, four
bidirectional recurrent layers, and for each frame one of seven: nobody, one of three voices, or
two of them (Plaquet and Bredin 2023). The voices are numbered within the audio it is given.
"""

import math
from collections.abc import Mapping
from pathlib import Path

import torch
from torch.nn import functional as nn

from viva.audio.pcm import SAMPLE_RATE_HZ

FRAME_SHIFT = 270
FIELD = 991
VOICES = 3
# Which voices each of the seven classes has.
CLASSES = ((), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2))
_LAYERS = 4
_HIDDEN = 128
_FEATURES = 60
_MIN_HZ = 50.0
_FILTER_STRIDE = 10
_POOL = 3


class SegmentationNetwork:
    """The network; deterministic, evaluation only."""

    def __init__(self, weights: Mapping[str, torch.Tensor]) -> None:
        self._weights = {name: tensor.float() for name, tensor in weights.items()}
        self._filters = _band_passes(self._weights)
        self._lstm = torch.nn.LSTM(
            _FEATURES, _HIDDEN, _LAYERS, bidirectional=True, batch_first=True
        ).eval()
        own = {
            name.removeprefix("lstm."): tensor
            for name, tensor in self._weights.items()
            if name.startswith("lstm.")
        }
        self._lstm.load_state_dict(own)

    @classmethod
    def load(cls, path: Path) -> "SegmentationNetwork":
        """Read the checkpoint, its weights bare or under `state_dict`."""
        found = torch.load(path, map_location="cpu", weights_only=True)
        return cls(found.get("state_dict", found))

    @torch.inference_mode()
    def __call__(self, audio: torch.Tensor) -> torch.Tensor:
        """Class of each frame, shape (batch, frames), of audio in -1..1, shape (batch, samples).

        Frames begin every 270 samples and see 991; shorter audio has none.
        """
        x = self._normed(audio.unsqueeze(1), "wav_norm1d")
        x = nn.conv1d(x, self._filters, stride=_FILTER_STRIDE).abs()
        x = self._pooled(x, 0)
        for number in (1, 2):
            name = f"sincnet.conv1d.{number}"
            x = nn.conv1d(x, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])
            x = self._pooled(x, number)
        x, _ = self._lstm(x.transpose(1, 2))
        for number in (0, 1):
            x = nn.leaky_relu(self._linear(x, f"linear.{number}"))
        return self._linear(x, "classifier").argmax(dim=-1)

    def _pooled(self, x: torch.Tensor, number: int) -> torch.Tensor:
        return nn.leaky_relu(self._normed(nn.max_pool1d(x, _POOL), f"norm1d.{number}"))

    def _normed(self, x: torch.Tensor, name: str) -> torch.Tensor:
        name = f"sincnet.{name}"
        return nn.instance_norm(
            x, weight=self._weights[f"{name}.weight"], bias=self._weights[f"{name}.bias"]
        )

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return nn.linear(x, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])


def frames_in(samples: int) -> int:
    """Number of frames that the network gives for a number of samples."""
    return 0 if samples < FIELD else 1 + (samples - FIELD) // FRAME_SHIFT


def _band_passes(weights: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """40 even and 40 odd filters of 251 samples, shape (80, 1, 251), from their two cut-offs."""
    name = "sincnet.conv1d.0.filterbank"
    low = _MIN_HZ + weights[f"{name}.low_hz_"].abs()
    high = (low + _MIN_HZ + weights[f"{name}.band_hz_"].abs()).clamp(_MIN_HZ, SAMPLE_RATE_HZ / 2)
    window = weights[f"{name}.window_"]
    half = len(window)
    time = 2 * math.pi * torch.arange(-half, 0.0).unsqueeze(0) / SAMPLE_RATE_HZ
    width = 2 * (high - low)
    even = (torch.sin(high @ time) - torch.sin(low @ time)) / (time / 2) * window
    odd = (torch.cos(low @ time) - torch.cos(high @ time)) / (time / 2) * window
    zero = torch.zeros_like(width)
    filters = torch.cat(
        [
            torch.cat([even, width, even.flip(1)], dim=1) / width,
            torch.cat([odd, zero, -odd.flip(1)], dim=1) / width,
        ]
    )
    return filters.unsqueeze(1)
