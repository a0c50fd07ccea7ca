"""Groups of windows by voice: telling ones are clustered, short ones join whom they are near."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage  # type: ignore[import-untyped]

from viva.diarization.application.ports import Embeddings, WindowClusterer
from viva.diarization.domain.model import Span
from viva.diarization.domain.roles import VoiceSettings
from viva.diarization.domain.windows import covered_ms

_Groups = NDArray[np.intp]


def average_linkage(
    embeddings: Embeddings,
    windows: Sequence[Span],  # noqa: ARG001 - of the port
    same_voice: float,
) -> list[int]:
    """Joins from the most alike up, while two groups are on average as alike as one voice is.

    Agglomerative clustering (Sokal and Michener 1958); see the port.
    """
    distances = np.maximum(0, 1 - embeddings @ embeddings.T)
    pairs = distances[np.triu_indices(len(embeddings), 1)].astype(np.float64)
    tree = linkage(pairs, "average")
    return [int(label) for label in fcluster(tree, 1 - same_voice, "distance")]


def group(
    embeddings: Embeddings,
    windows: Sequence[Span],
    settings: VoiceSettings,
    cluster: WindowClusterer = average_linkage,
) -> list[int]:
    """The voice of each window, numbered from 0 in order of appearance.

    Args:
        embeddings: of the windows, at least one.
        windows: in order of time; those of different answers are far apart.
        cluster: how the telling windows are grouped.
    """
    telling = [i for i, w in enumerate(windows) if w.duration_ms >= settings.telling_ms]
    groups = np.zeros(len(windows), dtype=np.intp)
    if len(telling) > 1:
        chosen = [windows[i] for i in telling]
        smooth = _smoothed(embeddings, windows, telling)
        groups[telling] = cluster(smooth, chosen, settings.same_voice)
        groups = _without_traces(embeddings, windows, telling, groups, settings)
    order = list(dict.fromkeys(groups.tolist()))
    return [order.index(found) for found in groups.tolist()]


def centre(embeddings: Embeddings) -> Embeddings:
    """The mean direction of unit vectors, as a unit vector."""
    mean = embeddings.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)


def _smoothed(embeddings: Embeddings, windows: Sequence[Span], chosen: Sequence[int]) -> Embeddings:
    """Each window with those beside it that share speech with it: one is a noisy witness."""
    found = []
    for place, index in enumerate(chosen):
        beside = [
            other
            for other in chosen[max(0, place - 1) : place + 2]
            if windows[index].overlap_ms(windows[other])
        ]
        found.append(centre(embeddings[beside]))
    return np.stack(found)


def _without_traces(
    embeddings: Embeddings,
    windows: Sequence[Span],
    telling: Sequence[int],
    groups: _Groups,
    settings: VoiceSettings,
) -> _Groups:
    """Too little speech is no voice; then each window, short ones too, goes where it is nearest."""
    names = list(dict.fromkeys(groups[telling].tolist()))
    spoken = {
        name: covered_ms([windows[i] for i in telling if groups[i] == name]) for name in names
    }
    kept = [name for name in names if spoken[name] >= settings.min_voice_ms]
    kept = kept or [max(names, key=lambda name: spoken[name])]
    members = np.zeros(len(windows), dtype=bool)
    members[telling] = True
    centres = np.stack([centre(embeddings[members & (groups == name)]) for name in kept])
    return np.asarray(np.asarray(kept)[np.argmax(embeddings @ centres.T, axis=1)])
