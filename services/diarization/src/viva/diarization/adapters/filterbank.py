"""Log mel filterbank as Kaldi computes it: the input that CAM++ was trained on.

25 ms frames every 10 ms, no dither, pre-emphasis 0.97, Povey window, 80 triangular filters from
20 Hz to 8 kHz on the mel scale.
"""

import math

import numpy as np
import torch

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples

FRAME_SHIFT = 160
_FRAME_LENGTH = 400
_FFT_LENGTH = 512
_FILTERS = 80
_LOW_HZ = 20.0
_HIGH_HZ = 8000.0
_PRE_EMPHASIS = 0.97
_FLOOR = float(np.finfo(np.float32).eps)


class Filterbank:
    """The filters and the window, computed once."""

    def __init__(self) -> None:
        self._window = torch.hann_window(_FRAME_LENGTH, periodic=False).pow(0.85)
        self._filters = _mel_filters()
        self._middles = _middles_hz()

    def __call__(
        self, samples: Samples, band_hz: tuple[float, float] | None = None
    ) -> torch.Tensor:
        """Features of mono audio at 16 kHz: float32, shape (frames, 80).

        Args:
            samples: of any length.
            band_hz: filters whose middle lies outside of it give 0: once the mean over time is
                taken away, as if there were nothing.

        Only whole frames count: fewer than 400 samples give none.
        """
        audio = torch.from_numpy(samples.astype(np.float32) / np.float32(32768.0))
        if len(audio) < _FRAME_LENGTH:
            return torch.zeros(0, _FILTERS)
        frames = audio.unfold(0, _FRAME_LENGTH, FRAME_SHIFT)
        frames = frames - frames.mean(dim=1, keepdim=True)
        before = torch.cat([frames[:, :1], frames[:, :-1]], dim=1)
        frames = (frames - _PRE_EMPHASIS * before) * self._window
        power = torch.fft.rfft(frames, n=_FFT_LENGTH).abs().square()
        features = torch.log((power @ self._filters).clamp_min(_FLOOR))
        if band_hz is not None:
            low, high = band_hz
            features[:, (self._middles < low) | (self._middles > high)] = 0
        return features


def frames_in(samples: int) -> int:
    """Number of whole frames in a number of samples."""
    return 0 if samples < _FRAME_LENGTH else 1 + (samples - _FRAME_LENGTH) // FRAME_SHIFT


def _mel(hz: float) -> float:
    return 1127.0 * math.log(1.0 + hz / 700.0)


def _middles_hz() -> torch.Tensor:
    """Where each filter is highest."""
    step = (_mel(_HIGH_HZ) - _mel(_LOW_HZ)) / (_FILTERS + 1)
    mels = _mel(_LOW_HZ) + step * torch.arange(1, _FILTERS + 1)
    return 700 * (torch.exp(mels / 1127) - 1)


def _mel_filters() -> torch.Tensor:
    """Weights of shape (257, 80): triangles of equal width on the mel scale, half overlapped."""
    bins = torch.tensor(
        [_mel(i * SAMPLE_RATE_HZ / _FFT_LENGTH) for i in range(_FFT_LENGTH // 2 + 1)]
    )
    step = (_mel(_HIGH_HZ) - _mel(_LOW_HZ)) / (_FILTERS + 1)
    left = _mel(_LOW_HZ) + step * torch.arange(_FILTERS)
    rising = (bins[:, None] - left) / step
    return torch.minimum(rising, 2 - rising).clamp_min(0)
