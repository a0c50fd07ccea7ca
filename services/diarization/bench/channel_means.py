"""Computes what speaker embeddings of each channel have in common, and how far apart voices are.

    python services/diarization/bench/channel_means.py FOLDER [--write]

The folder holds `flac/<clip>.flac` and `scores.json` ({clip: {"speaker": ...}}), as
speechocean762's. Phone means 8 kHz mu-law. The means are of every second speaker,
from the first; the table of distances is of the others. `--write` replaces the package's file.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile  # type: ignore[import-untyped]
from numpy.typing import NDArray

from viva.audio.g711 import decode_mulaw, encode_mulaw
from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples, to_int16
from viva.audio.resample import resample
from viva.audio.vad import VoiceActivityDetector
from viva.diarization.adapters import campplus_embedder
from viva.diarization.adapters.campplus_embedder import CamPlusPlusEmbedder
from viva.diarization.adapters.worker import SileroSpeech
from viva.diarization.domain.model import Channel
from viva.diarization.domain.windows import WindowSettings, windows

_CLIPS = 8
_LEAST_CLIPS = 12
Voices = list[NDArray[np.float32]]


def main() -> None:
    """Prints the distances; writes the means if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    store = ModelStore()
    speech = SileroSpeech(VoiceActivityDetector(store))
    embedder = CamPlusPlusEmbedder(store, means={})
    clips = clips_by_speaker(options.folder)
    means: dict[str, list[float]] = {}
    for channel in Channel:
        voices = [
            embedded(embedder, speech, paths[:_CLIPS], channel)
            for _, paths in sorted(clips.items())
        ]
        mean = np.mean([voice.mean(axis=0) for voice in voices[::2]], axis=0)
        means[channel.value] = [round(float(value), 5) for value in mean]
        for share in (0.0, 0.5, 1.0):
            distances(f"{channel.value}, {share:.1f} of the mean", voices[1::2], share * mean)
    if options.write:
        text = json.dumps(means, separators=(",", ":"))
        campplus_embedder.MEANS_FILE.write_text(text + "\n", encoding="utf-8")


def embedded(
    embedder: CamPlusPlusEmbedder, speech: SileroSpeech, paths: Sequence[Path], channel: Channel
) -> NDArray[np.float32]:
    """All windows of a speaker."""
    found = []
    for path in paths:
        samples = evened(read(path))
        samples = over_phone(samples) if channel is Channel.PHONE else samples
        pieces = windows(speech.find(samples), WindowSettings())
        found.append(embedder.embed(samples, pieces, channel))
    return np.concatenate(found)


def distances(name: str, voices: Voices, mean: NDArray[np.float64]) -> None:
    """Cosines of single windows and of halves of a speaker's windows to voices."""
    centred = [unit(voice - mean) for voice in voices]
    halves = [(unit(voice[::2].mean(axis=0)), unit(voice[1::2].mean(axis=0))) for voice in centred]
    pairs = [(i, j) for i in range(len(voices)) for j in range(len(voices)) if i != j]
    own = np.concatenate([centred[i][1::2] @ half for i, (half, _) in enumerate(halves)])
    others = np.concatenate([centred[i] @ halves[j][0] for i, j in pairs])
    same = np.array([one @ other for one, other in halves])
    different = np.array([halves[i][0] @ halves[j][1] for i, j in pairs])
    cuts = np.linspace(-0.5, 1, 600)
    gaps = [abs(float((own < cut).mean() - (others >= cut).mean())) for cut in cuts]
    error = float((own < cuts[int(np.argmin(gaps))]).mean())
    print(
        f"{name:24} windows: own 1%, 5% {np.percentile(own, [1, 5]).round(2)}, "
        f"others 95%, 99% {np.percentile(others, [95, 99]).round(2)}, equal error {error:.1%}; "
        f"voices: same, least {same.min():.2f}, different 95%, 99%, most "
        f"{np.percentile(different, [95, 99, 100]).round(2)}",
        flush=True,
    )


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def clips_by_speaker(folder: Path) -> Mapping[str, Sequence[Path]]:
    """The clips of all speakers that have enough of them."""
    entries = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    found: dict[str, list[Path]] = defaultdict(list)
    for name, entry in sorted(entries.items()):
        found[entry["speaker"]].append(folder / "flac" / f"{name}.flac")
    return {speaker: paths for speaker, paths in found.items() if len(paths) >= _LEAST_CLIPS}


def read(path: Path) -> Samples:
    """Samples of any sound file, mono at 16 kHz."""
    floats, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
    return resample(to_int16(floats.mean(axis=1)), rate_hz)


def over_phone(samples: Samples) -> Samples:
    """8 kHz, mu-law, as a call gives it."""
    narrow = resample(samples, 16_000, 8_000)
    return resample(decode_mulaw(encode_mulaw(narrow)), 8_000, 16_000)


def evened(samples: Samples, rms: float = 1500) -> Samples:
    """The same loudness for all clips."""
    level = float(np.sqrt(np.mean(np.square(samples.astype(np.float64))))) or 1.0
    return np.asarray(np.clip(samples * (rms / level), -32768, 32767), dtype=np.int16)


if __name__ == "__main__":
    main()
