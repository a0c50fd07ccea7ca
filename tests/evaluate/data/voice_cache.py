"""Voiced spans and voice vectors of sound that was analysed before: both take long.

The vectors of a window depend on its samples alone, so a clip that stands in many mixtures is
embedded once.
"""

import hashlib
import inspect
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples, samples_in, to_bytes
from viva.audio.vad import VoiceActivityDetector
from viva.diarization.adapters import campplus, campplus_embedder, filterbank
from viva.diarization.adapters.campplus_embedder import CamPlusPlusEmbedder
from viva.diarization.adapters.models import ACTIVITY, voice_activity
from viva.diarization.adapters.worker import SileroSpeech
from viva.diarization.application.ports import Embeddings
from viva.diarization.domain.model import Channel, Span, Turn

_GRID = 160  # the network's frames begin every 10 ms


class CachedEmbedder(CamPlusPlusEmbedder):
    """CAM++ as the service runs it; new vectors go to the folder when `save` is called."""

    def __init__(self, folder: Path) -> None:
        store = ModelStore()
        super().__init__(store)
        folder.mkdir(parents=True, exist_ok=True)
        recipe = hashlib.sha256(store.fingerprint("campplus").encode())
        for module in (campplus, campplus_embedder, filterbank):
            recipe.update(inspect.getsource(module).encode())
        self._path = folder / f"voices-{recipe.hexdigest()[:16]}.npz"
        self._known: dict[str, Embeddings] = {}
        self._fresh = False
        if self._path.exists():
            with np.load(self._path) as kept:
                self._known = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))

    def raw(self, samples: Samples, windows: Sequence[Span], channel: Channel) -> Embeddings:
        """What the network gives, before it is moved to the channel's space."""
        keys = [_key(samples, window, channel) for window in windows]
        unknown = [place for place, key in enumerate(keys) if key not in self._known]
        if unknown:
            found = super().raw(samples, [windows[i] for i in unknown], channel)
            self._known |= {
                keys[place]: vector for place, vector in zip(unknown, found, strict=True)
            }
            self._fresh = True
        if not keys:
            return super().raw(samples, windows, channel)
        return np.stack([self._known[key] for key in keys])

    def save(self) -> None:
        """Keeps what is new for the next run."""
        if self._fresh:
            half = self._path.with_suffix(".part.npz")
            np.savez(
                half, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values()))
            )
            half.replace(self._path)
            self._fresh = False


class CachedSpeech:
    """silero-vad as the service runs it."""

    def __init__(self, folder: Path) -> None:
        store = ModelStore()
        self._speech = SileroSpeech(VoiceActivityDetector(store))
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"speech-{store.fingerprint('silero-vad')[:16]}.jsonl"
        self._known: dict[str, list[Span]] = {}
        if self._path.exists():
            # A run that was killed may have left half a line.
            for line in self._path.read_text("utf-8").split("\n")[:-1]:
                key, spans = json.loads(line)
                self._known[key] = [Span(start, end) for start, end in spans]

    def find(self, samples: Samples) -> list[Span]:
        """Voiced spans of mono audio at 16 kHz, in order."""
        key = hashlib.sha256(to_bytes(samples)).hexdigest()
        if key not in self._known:
            found = self._known[key] = self._speech.find(samples)
            with self._path.open("a", encoding="utf-8") as stream:
                spans = [(span.start_ms, span.end_ms) for span in found]
                stream.write(json.dumps([key, spans]) + "\n")
        return self._known[key]


class CachedActivity:
    """The segmentation as the service runs it."""

    def __init__(self, folder: Path) -> None:
        store = ModelStore()
        self._activity = voice_activity(store)
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"activity-{store.fingerprint(ACTIVITY)[:16]}.jsonl"
        self._known: dict[str, list[Turn]] = {}
        if self._path.exists():
            for line in self._path.read_text("utf-8").split("\n")[:-1]:
                key, turns = json.loads(line)
                self._known[key] = [Turn(Span(start, end), voice) for start, end, voice in turns]

    def turns(self, samples: Samples) -> list[Turn]:
        """See the port."""
        key = hashlib.sha256(to_bytes(samples)).hexdigest()[:32]
        if key not in self._known:
            found = self._known[key] = self._activity.turns(samples)
            with self._path.open("a", encoding="utf-8") as stream:
                turns = [(turn.span.start_ms, turn.span.end_ms, turn.voice) for turn in found]
                stream.write(json.dumps([key, turns]) + "\n")
        return self._known[key]


def _key(samples: Samples, window: Span, channel: Channel) -> str:
    start = samples_in(window.start_ms) // _GRID * _GRID
    part = samples[start : start + samples_in(window.duration_ms)]
    mark = f"{channel.value} {window.duration_ms} {len(samples) < start + len(part) + _GRID} "
    return hashlib.sha256(mark.encode() + to_bytes(part)).hexdigest()[:32]
