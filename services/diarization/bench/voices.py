"""What both benchmarks share: recordings through the service's own models and rules."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import torch

from viva.audio.g711 import decode_mulaw, encode_mulaw
from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples, to_int16
from viva.audio.resample import resample
from viva.audio.vad import VoiceActivityDetector
from viva.diarization.adapters.campplus_embedder import CamPlusPlusEmbedder
from viva.diarization.adapters.nemo_clustering import NemoClusterer
from viva.diarization.adapters.worker import SileroSpeech
from viva.diarization.application.clusters import mend
from viva.diarization.domain.model import Channel, Span, Turn
from viva.diarization.domain.roles import SETTINGS
from viva.diarization.domain.turns import turns
from viva.diarization.domain.windows import WindowSettings, windows


@dataclass(frozen=True)
class Diarized:
    """One recording: turns by NME-SC alone and after mending, and what it cost."""

    plain: list[Turn]
    mended: list[Turn]
    seconds: float


class Diarizer:
    """The service's models."""

    def __init__(self) -> None:
        torch.set_num_threads(1)
        store = ModelStore()
        self._embedder = CamPlusPlusEmbedder(store)
        self._clusterer = NemoClusterer()
        self._speech = SileroSpeech(VoiceActivityDetector(store))

    def speech(self, samples: Samples) -> list[Span]:
        """Voiced spans."""
        return self._speech.find(samples)

    def __call__(self, samples: Samples, speech: Sequence[Span], channel: Channel) -> Diarized:
        """Diarize a recording whose voiced spans are known."""
        began = time.perf_counter()
        pieces = windows(speech, WindowSettings())
        embeddings = self._embedder.embed(samples, pieces, channel)
        plain = self._clusterer.cluster(embeddings, pieces)
        mended = mend(embeddings, pieces, plain, SETTINGS[channel])
        seconds = time.perf_counter() - began
        found = [turns(speech, pieces, [str(label) for label in way]) for way in (plain, mended)]
        return Diarized(found[0], found[1], seconds)


def read(path: Path) -> Samples:
    """Samples of any sound file, mono at 16 kHz."""
    floats, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
    return resample(to_int16(floats.mean(axis=1)), rate_hz)


def over_phone(samples: Samples) -> Samples:
    """8 kHz, mu-law, as a call gives it."""
    narrow = resample(samples, 16_000, 8_000)
    return resample(decode_mulaw(encode_mulaw(narrow)), 8_000, 16_000)


def voices(found: Sequence[Turn]) -> int:
    """How many there are."""
    return len({turn.voice for turn in found})


def evened(samples: Samples, rms: float = 1500) -> Samples:
    """The same loudness for all clips."""
    level = float(np.sqrt(np.mean(np.square(samples.astype(np.float64))))) or 1.0
    return np.clip(samples * (rms / level), -32768, 32767).astype(np.int16)
