"""Groups of windows by voice: telling ones are clustered, short ones join whom they are near."""

from collections.abc import Sequence
from itertools import combinations
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage  # type: ignore[import-untyped]

from viva.diarization.application.ports import Embeddings, WindowClusterer
from viva.diarization.application.stretches import (
    LEAST_MS,
    cosine_of,
    pieces_of,
    runs,
    together,
)
from viva.diarization.domain.model import Span
from viva.diarization.domain.roles import VoiceSettings
from viva.diarization.domain.windows import covered_ms

_MOST_PARTED = 8

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
        groups[telling] = _by_likelihood(embeddings[telling], chosen, groups[telling], settings)
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


def _by_likelihood(
    embeddings: Embeddings, windows: Sequence[Span], groups: _Groups, settings: VoiceSettings
) -> _Groups:
    """Groups that are likely one voice are joined; what is unlikely to be its group's is parted.

    A short sentence of somebody else is often joined to a long group, which it hardly changes; but
    taken by itself, beside the rest of the group, it is unlike.
    """
    groups = _joined(embeddings, windows, groups, settings)
    return _joined(embeddings, windows, _parted(embeddings, windows, groups, settings), settings)


def _parted(
    embeddings: Embeddings, windows: Sequence[Span], groups: _Groups, settings: VoiceSettings
) -> _Groups:
    """The unlikeliest stretch becomes a group of its own, and again, at most a few times."""
    groups = groups.copy()
    for _ in range(_MOST_PARTED):
        ratio, members = min(
            (
                _unlikeliest(embeddings, windows, np.flatnonzero(groups == name), settings)
                for name in set(groups.tolist())
            ),
            key=lambda found: found[0],
        )
        if ratio >= settings.joined_from:
            break
        groups[members] = groups.max() + 1
    return groups


def _unlikeliest(
    embeddings: Embeddings, windows: Sequence[Span], group: _Groups, settings: VoiceSettings
) -> tuple[float, list[int]]:
    """The stretch of a group that is least likely of one voice with the rest, and its windows."""
    pieces = pieces_of(group.tolist(), windows, embeddings)
    whole, whole_ms = together(pieces)
    found: tuple[float, list[int]] = (inf, [])
    for run in runs(pieces):
        inside, inside_ms = together(pieces[run])
        if whole_ms - inside_ms >= LEAST_MS:
            ratio = settings.likelihood.ratio(
                cosine_of(inside, whole - inside), inside_ms, whole_ms - inside_ms
            )
            if ratio < found[0]:
                found = ratio, [i for piece in pieces[run] for i in piece.windows]
    return found


def _joined(
    embeddings: Embeddings, windows: Sequence[Span], groups: _Groups, settings: VoiceSettings
) -> _Groups:
    """The likeliest pair becomes one, and again, while a pair is likely enough to be one voice."""
    groups = groups.copy()
    while True:
        names = list(dict.fromkeys(groups.tolist()))
        parts = [np.flatnonzero(groups == name).tolist() for name in names]
        centres = [centre(embeddings[part]) for part in parts]
        spoken = [covered_ms([windows[i] for i in part]) for part in parts]
        ratio, one, other = max(
            (
                (
                    settings.likelihood.ratio(float(centres[i] @ centres[j]), spoken[i], spoken[j]),
                    i,
                    j,
                )
                for i, j in combinations(range(len(names)), 2)
            ),
            default=(-inf, 0, 0),
        )
        if ratio < settings.joined_from:
            return groups
        groups[parts[other]] = names[one]


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
