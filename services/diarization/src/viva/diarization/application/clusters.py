"""Groups of windows by voice: what NME-SC found, mended where it is known to be weak.

NME-SC seldom invents a voice, but with few windows it overlooks one that speaks once for a few
seconds. So windows that are unlike their group are tried as a voice of their own, and groups that
are alike are joined; then each window goes to the voice that it and its neighbours resemble most.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from viva.diarization.domain.model import Span
from viva.diarization.domain.roles import VoiceSettings
from viva.diarization.domain.windows import covered_ms

Embeddings = NDArray[np.float32]
"""Unit vectors, shape (windows, size)."""

_SAME_ANSWER_MS = 8000
_TELLING_MS = 1500
_OWN_WEIGHT = 0.5


def mend(
    embeddings: Embeddings,
    windows: Sequence[Span],
    labels: Sequence[int],
    settings: VoiceSettings,
) -> list[int]:
    """Better labels, numbered from 0 in order of appearance.

    Args:
        embeddings: of the windows.
        windows: in order of time; those of different answers are far apart.
        labels: the group of each, by NME-SC.
    """
    groups = np.asarray(labels, dtype=np.intp)
    groups = _join(embeddings, groups, settings)
    groups = _split(embeddings, windows, groups, settings)
    groups = _join(embeddings, groups, settings)
    groups = _settle(embeddings, windows, groups)
    groups = _without_traces(embeddings, windows, groups, settings)
    order = list(dict.fromkeys(groups.tolist()))
    return [order.index(group) for group in groups.tolist()]


def centre(embeddings: Embeddings) -> Embeddings:
    """The mean direction of unit vectors, as a unit vector."""
    mean = embeddings.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)


_Groups = NDArray[np.intp]


def _split(
    embeddings: Embeddings, windows: Sequence[Span], groups: _Groups, settings: VoiceSettings
) -> _Groups:
    found = groups.copy()
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group).tolist()
        if len(members) < 3:
            continue
        middle = _robust_centre(embeddings[members])
        nearness = embeddings @ middle
        odd = [i for i in members if nearness[i] < _telling(windows[i]) * settings.other_window]
        for run in _runs(odd, windows):
            unlike = centre(embeddings[run]) @ middle < settings.same_voice
            if unlike and covered_ms([windows[i] for i in run]) >= settings.min_voice_ms:
                found[run] = found.max() + 1
    return found


def _robust_centre(embeddings: Embeddings) -> Embeddings:
    """The centre of the half that is nearest to the centre of all."""
    nearness = embeddings @ centre(embeddings)
    return centre(embeddings[nearness >= np.median(nearness)])


def _telling(window: Span) -> float:
    """A short window tells less: it must be less similar to count as unlike."""
    return min(1.0, window.duration_ms / _TELLING_MS)


def _runs(indices: Sequence[int], windows: Sequence[Span]) -> list[list[int]]:
    """Indices of windows that follow each other, with nobody else between."""
    runs: list[list[int]] = []
    for index in indices:
        last = runs[-1][-1] if runs else -2
        if index == last + 1 and windows[index].start_ms - windows[last].end_ms <= _SAME_ANSWER_MS:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _join(embeddings: Embeddings, groups: _Groups, settings: VoiceSettings) -> _Groups:
    """Join the two most similar groups as long as they are one voice."""
    found = groups.copy()
    while True:
        names = [int(name) for name in np.unique(found)]
        centres = {name: centre(embeddings[found == name]) for name in names}
        pairs = [(float(centres[a] @ centres[b]), a, b) for a, b in combinations(names, 2)]
        nearest = max(pairs, default=None)
        if nearest is None or nearest[0] < settings.same_voice:
            return found
        found[found == nearest[2]] = nearest[1]


def _settle(embeddings: Embeddings, windows: Sequence[Span], groups: _Groups) -> _Groups:
    """Each window to the group that it and the windows beside it resemble most."""
    names = np.unique(groups)
    if len(names) == 1:
        return groups
    centres = np.stack([centre(embeddings[groups == name]) for name in names])
    similarity = embeddings @ centres.T
    smooth = similarity.copy()
    for index, window in enumerate(windows):
        beside = [
            other
            for other in (index - 1, index + 1)
            if 0 <= other < len(windows) and windows[other].overlap_ms(window)
        ]
        if beside:
            around = similarity[beside].mean(axis=0)
            smooth[index] = _OWN_WEIGHT * similarity[index] + (1 - _OWN_WEIGHT) * around
    return np.asarray(names[np.argmax(smooth, axis=1)])


def _without_traces(
    embeddings: Embeddings, windows: Sequence[Span], groups: _Groups, settings: VoiceSettings
) -> _Groups:
    """Voices with too little speech are no voices: their windows go to the nearest other."""
    names = [int(name) for name in np.unique(groups)]
    spoken = {
        name: covered_ms([windows[i] for i in np.flatnonzero(groups == name).tolist()])
        for name in names
    }
    kept = [name for name in names if spoken[name] >= settings.min_voice_ms]
    kept = kept or [max(names, key=lambda name: spoken[name])]
    centres = np.stack([centre(embeddings[groups == name]) for name in kept])
    found = groups.copy()
    for index in np.flatnonzero(~np.isin(groups, kept)):
        found[index] = kept[int(np.argmax(centres @ embeddings[index]))]
    return found
