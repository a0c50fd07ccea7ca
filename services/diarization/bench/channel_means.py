"""Computes what speaker embeddings of each channel have in common, and how far apart voices are.

    python services/diarization/bench/channel_means.py FOLDER [--write]

The folder is laid out as speechocean762 (see mixtures.py). The means are of every second speaker,
from the first; the table of distances is of the others. `--write` replaces the package's file.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from mixtures import clips_by_speaker
from numpy.typing import NDArray
from voices import Diarizer, evened, over_phone, read

from viva.audio.models.store import ModelStore
from viva.diarization.adapters import campplus_embedder
from viva.diarization.adapters.campplus_embedder import CamPlusPlusEmbedder
from viva.diarization.domain.model import Channel
from viva.diarization.domain.windows import WindowSettings, windows

_CLIPS = 8
Voices = list[NDArray[np.float32]]


def main() -> None:
    """Prints the distances; writes the means if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    diarizer = Diarizer()
    embedder = CamPlusPlusEmbedder(ModelStore(), means={})
    clips = clips_by_speaker(options.folder)
    means: dict[str, list[float]] = {}
    for channel in Channel:
        voices = [
            embedded(embedder, diarizer, paths[:_CLIPS], channel)
            for _, paths in sorted(clips.items())
        ]
        mean = np.mean([voice.mean(axis=0) for voice in voices[::2]], axis=0)
        means[channel.value] = [round(float(value), 5) for value in mean]
        for share in (0.0, campplus_embedder.MEAN_SHARE, 1.0):
            distances(f"{channel.value}, {share:.1f} of the mean", voices[1::2], share * mean)
    if options.write:
        text = json.dumps(means, separators=(",", ":"))
        campplus_embedder.MEANS_FILE.write_text(text + "\n", encoding="utf-8")


def embedded(
    embedder: CamPlusPlusEmbedder, diarizer: Diarizer, paths: list[Path], channel: Channel
) -> NDArray[np.float32]:
    """All windows of a speaker."""
    found = []
    for path in paths:
        samples = evened(read(path))
        samples = over_phone(samples) if channel is Channel.PHONE else samples
        pieces = windows(diarizer.speech(samples), WindowSettings())
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


if __name__ == "__main__":
    main()
