"""A telephone line: 300 to 3400 Hz, a codec, lost packets."""

import io

import av
import numpy as np
from numpy.typing import NDArray

from viva.audio.g711 import decode_mulaw, encode_mulaw
from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, to_float, to_int16
from viva.audio.resample import resample

LINE_HZ = 8_000
_FRAME = LINE_HZ // 50
_AMR_BIT_RATE = 12_200
_BAND_HZ = (250, 350, 3350, 3450)
_FADE = 0.6  # what a concealed frame keeps of the one before

CODECS = ("g711", "amr-nb", "mobile")


def over_the_phone(samples: Samples, codec: str, *, loss: float = 0.03, seed: int = 0) -> Samples:
    """What arrives of speech at 16 kHz, again at 16 kHz and as long.

    Args:
        codec: one of `CODECS`; "mobile" is AMR-NB to the network and G.711 from there on.
        loss: share of 20 ms packets that are lost; the last one is repeated, fading.
    """
    if not len(samples):
        return samples
    narrow = resample(samples, SAMPLE_RATE_HZ, LINE_HZ)
    narrow = _band(narrow)
    if codec != "g711":
        narrow = amr_narrow_band(narrow)
    if codec != "amr-nb":
        narrow = decode_mulaw(encode_mulaw(narrow))
    back = resample(_lossy(narrow, loss, seed), LINE_HZ, SAMPLE_RATE_HZ)
    return np.pad(back, (0, max(0, len(samples) - len(back))))[: len(samples)]


def _band(samples: Samples) -> Samples:
    """300 to 3400 Hz, with edges that rise over 100 Hz."""
    spectrum = np.fft.rfft(to_float(samples))
    hertz = np.fft.rfftfreq(len(samples), 1 / LINE_HZ)
    gain = np.interp(hertz, _BAND_HZ, (0, 1, 1, 0))
    return to_int16(np.fft.irfft(spectrum * gain, len(samples)))


def amr_narrow_band(samples: Samples) -> Samples:
    """Speech at 8 kHz through AMR-NB at 12.2 kbit/s (3GPP TS 26.071) and back."""
    coded = io.BytesIO()
    with av.open(coded, "w", format="amr") as container:
        stream = container.add_stream("libopencore_amrnb", rate=LINE_HZ)
        stream.codec_context.layout = "mono"
        stream.codec_context.bit_rate = _AMR_BIT_RATE
        padded = np.pad(samples, (0, -len(samples) % _FRAME))
        for place in range(0, len(padded), _FRAME):
            frame = av.AudioFrame.from_ndarray(
                padded[None, place : place + _FRAME], format="s16", layout="mono"
            )
            frame.sample_rate = LINE_HZ
            frame.pts = place
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    coded.seek(0)
    with av.open(coded, "r") as container:
        decoded = [_samples(frame) for frame in container.decode(audio=0)]
    found = np.concatenate(decoded) if decoded else np.zeros(0, np.int16)
    return np.pad(found, (0, max(0, len(samples) - len(found))))[: len(samples)]


def _samples(frame: av.AudioFrame) -> NDArray[np.int16]:
    values = frame.to_ndarray().reshape(-1)
    scale = 32768 if values.dtype.kind == "i" else 1
    return to_int16(values.astype(np.float64) / scale)


def _lossy(samples: Samples, loss: float, seed: int) -> Samples:
    random = np.random.default_rng(seed)
    heard = samples.copy()
    for start in range(_FRAME, len(heard), _FRAME):
        if random.random() < loss:
            before = heard[start - _FRAME : start]
            concealed = (before[: len(heard) - start] * _FADE).astype(np.int16)
            heard[start : start + len(concealed)] = concealed
    return heard
