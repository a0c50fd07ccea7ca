"""Fits what tells voices apart on one half of a set of recordings; the other half stays unheard.

    VIVA_EVAL_SPEECHOCEAN=<folder> python -m tests.evaluate.fit_voices [--write]

Computes each channel's space (voice_spaces.npz; `--write` replaces it) and prints the coefficients
of `viva.diarization.domain.likelihood`, which are copied into `roles.SETTINGS` by hand, with the
equal error of stretches of people who were left out of them in turn. The thresholds are chosen by
the tasks themselves on the same half: `VIVA_EVAL_VOICES=fitted python -m tests.evaluate --only
speakers,multiple_speakers`.
"""

import argparse
import random
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from rich.console import Console

from tests.evaluate.data.voices import People, Voices
from tests.evaluate.metrics.ranking import equal_error
from tests.evaluate.metrics.voices import Vectors, likelihood_of, space_of, unit_mean
from tests.evaluate.settings import EvalSettings
from viva.diarization.adapters.voice_space import VoiceSpace, write_voice_spaces
from viva.diarization.domain.likelihood import Likelihood
from viva.diarization.domain.model import Channel, Span
from viva.diarization.domain.windows import WindowSettings, covered_ms, windows

_FOLDS = 3
_CLIPS = 14  # of each person
_REFERENCES = (1, 3, 6, 12)  # clips that one is compared with
_ROUNDS = 3

# Of each clip: its windows, and their vectors.
Clips = Sequence[tuple[Sequence[Span], Vectors]]


def main() -> None:
    """Prints; writes if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    settings = EvalSettings(voices="fitted")
    console = Console()
    if settings.speechocean is None:
        parser.error("VIVA_EVAL_SPEECHOCEAN names no folder")
    voices = Voices(settings.cache)
    people = People(settings, voices)
    spaces = {}
    for channel in Channel:
        heard = {name: _clips(people, voices, name, channel) for name in people.names}
        voices.embedder.save()
        space = spaces[channel] = space_of([_all(clips) for clips in heard.values()])
        found, _ = _fit(heard, space)
        console.print(f"{channel.value}: {found}, equal error {_held_out(heard):.2%}")
    if options.write:
        write_voice_spaces(spaces)


def _clips(people: People, voices: Voices, name: str, channel: Channel) -> Clips:
    """The vectors as the network gives them."""
    found = []
    for number in range(min(_CLIPS, people.count(name))):
        clip = people.clip(name, number, channel)
        pieces = windows(clip.speech, WindowSettings()) if clip else []
        if clip and pieces:
            found.append((pieces, voices.embedder.raw(clip.samples, pieces, channel)))
    return found


def _all(clips: Clips) -> Vectors:
    return np.concatenate([vectors for _, vectors in clips])


def _held_out(heard: Mapping[str, Clips]) -> float:
    """Equal error of people whom neither space nor likelihood was fitted on."""
    names = sorted(heard)
    scores: list[float] = []
    same: list[bool] = []
    for fold in range(_FOLDS):
        rest = {name: heard[name] for name in names if name not in names[fold::_FOLDS]}
        space = space_of([_all(clips) for clips in rest.values()])
        likelihood, _ = _fit(rest, space)
        cosines, lengths, truth = _pairs({n: heard[n] for n in names[fold::_FOLDS]}, space)
        scores += [likelihood.ratio(c, *ms) for c, ms in zip(cosines, lengths, strict=True)]
        same += truth
    return equal_error(scores, same).rate


def _fit(heard: Mapping[str, Clips], space: VoiceSpace) -> tuple[Likelihood, int]:
    cosines, lengths, same = _pairs(heard, space)
    return likelihood_of(_alike(heard, space), cosines, lengths, same), len(same)


def _alike(heard: Mapping[str, Clips], space: VoiceSpace) -> float:
    """Mean cosine of windows of one voice, of different clips."""
    found = []
    for clips in heard.values():
        moved = [space(vectors) for _, vectors in clips]
        found += [float((one @ other.T).mean()) for one, other in pairwise(moved)]
    return float(np.mean(found))


def _pairs(
    heard: Mapping[str, Clips], space: VoiceSpace
) -> tuple[list[float], list[tuple[int, int]], list[bool]]:
    """One clip beside some of the same voice, and beside as many of another's."""
    chance = random.Random(0)
    names = sorted(heard)
    moved = {name: [(p, space(vectors)) for p, vectors in heard[name]] for name in names}
    cosines, lengths, same = [], [], []
    for name in _ROUNDS * names:
        for number, (pieces, vectors) in enumerate(moved[name]):
            for count in _REFERENCES:
                others = [one for i, one in enumerate(moved[name]) if i != number]
                stranger = chance.choice([other for other in names if other != name])
                for clips, own in ((others, True), (moved[stranger], False)):
                    chosen = chance.sample(clips, min(count, len(clips)))
                    beside = np.concatenate([one for _, one in chosen])
                    cosines.append(float(unit_mean(vectors) @ unit_mean(beside)))
                    lengths.append((covered_ms(pieces), sum(covered_ms(p) for p, _ in chosen)))
                    same.append(own)
    return cosines, lengths, same


if __name__ == "__main__":
    main()
