"""How many voices there are and who speaks when, in mixtures of real voices and in meetings."""

import random
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from tests.evaluate.data.audio import read_audio
from tests.evaluate.data.rttm import recordings
from tests.evaluate.data.voices import Mixture, People, Voices, answer, lay
from tests.evaluate.metrics.bootstrap import by_group
from tests.evaluate.metrics.diarization import DiarizationError, diarization_error, pooled
from tests.evaluate.registry import Bench, Outcome, Row, Task, missing
from viva.diarization.domain.model import Channel, Turn
from viva.diarization.domain.windows import covered_ms

_GAPS_MS = (0, 200, 500)
_OVERLAPS_MS = (-400, -800, -1200)
_MAIN_CLIPS = (3, 5, 9)
_LEAST_MS = 5000


@dataclass(frozen=True)
class Judged:
    """One recording; `alone` is the error where all of its speech is given to one voice."""

    speaker: str
    voices: int
    found: int
    error: DiarizationError
    alone: DiarizationError


def run(bench: Bench) -> Outcome:
    """Mixtures by channel; then what RTTM files tell."""
    settings = bench.settings
    voices = Voices(settings.cache)
    rows: list[Row] = []
    if settings.speechocean:
        people = People(settings, voices)
        for channel in Channel:
            rows += _mixtures(bench, people, voices, channel)
    if settings.diarization:
        rows += _meetings(settings.diarization, voices)
    voices.embedder.save()
    return Outcome(rows) if rows else missing("speechocean", "diarization")


def mixture(people: People, voices: int, channel: Channel, number: int) -> Mixture:
    """One answer: a person's clips; others come in once each with one to three clips.

    In every second mixture of several voices one of the others begins while somebody speaks.
    """
    chance = random.Random(f"{voices} {number}")
    speakers = chance.sample(people.names, voices)
    plan = [speakers[0]] * chance.choice(_MAIN_CLIPS)
    for other in speakers[1:]:
        place = chance.randrange(1, len(plan))
        plan[place:place] = [other] * chance.choice((1, 2, 3))
    pools = {
        name: chance.sample(range(people.count(name)), people.count(name)) for name in speakers
    }
    clips = [people.clip(name, pools[name].pop(), channel) for name in plan]
    heard = [clip for clip in clips if clip is not None]
    gaps = [chance.choice(_GAPS_MS) for _ in heard]
    changes = [
        place for place, (one, other) in enumerate(pairwise(heard)) if one.speaker != other.speaker
    ]
    if changes and number % 2:
        gaps[chance.choice(changes)] = chance.choice(_OVERLAPS_MS)
    return lay(heard, gaps)


def _mixtures(bench: Bench, people: People, voices: Voices, channel: Channel) -> list[Row]:
    count = bench.settings.mixtures
    judged = []
    for number in range(count):
        made = mixture(people, 1 + number % 3, channel, number)
        found = voices.attribute(answer(made, voices.speech.find(made.samples), channel))
        judged.append(
            Judged(
                made.truth[0].voice,
                len({turn.voice for turn in made.truth}),
                len(found.voices),
                diarization_error(made.truth, found.turns),
                diarization_error(made.truth, [replace(t, voice="one") for t in found.turns]),
            )
        )
        if (number + 1) % 25 == 0:
            bench.say(f"speakers, {channel.value}: {number + 1} of {count} mixtures")
    return _rows(judged, f"mixtures, {channel.value}", bench.settings.bootstrap)


def _rows(judged: list[Judged], subset: str, resamples: int) -> list[Row]:
    right = np.array([one.found == one.voices for one in judged], dtype=float)
    errors = [one.error for one in judged]
    names = [one.speaker for one in judged]
    by_voices = {
        voices: float(np.mean([one.found == voices for one in judged if one.voices == voices]))
        for voices in sorted({one.voices for one in judged})
    }
    told = ", ".join(f"{voices}: {share:.2f}" for voices, share in by_voices.items())
    few = sum(one.found < one.voices for one in judged)
    return [
        Row(
            "speaker count right",
            float(right.mean()),
            by_group(names, lambda at: float(right[at].mean()), resamples),
            subset=subset,
            n=len(judged),
            groups=len(set(names)),
            baseline=float(np.mean([one.voices == 1 for one in judged])),
            baseline_name="always one",
            goal=0.90,
            aim=0.97,
            note=f"by voices {told}; too few in {few}",
        ),
        Row(
            "diarization error rate",
            pooled(errors).rate,
            by_group(names, lambda at: pooled([errors[i] for i in at]).rate, resamples),
            subset=subset,
            n=len(judged),
            groups=len(set(names)),
            baseline=pooled([one.alone for one in judged]).rate,
            baseline_name="one voice",
            at_most=True,
            note=_parts(pooled(errors)),
        ),
    ]


def _meetings(folder: Path, voices: Voices) -> list[Row]:
    judged = []
    for path, truth in recordings(folder):
        if covered_ms([turn.span for turn in truth]) < _LEAST_MS:
            continue
        samples = read_audio(path)
        speech = voices.speech.find(samples)
        found = voices.attribute(answer(Mixture(samples, (), ()), speech, Channel.WIDE))
        judged.append(
            Judged(
                path.stem,
                len({turn.voice for turn in truth}),
                len(found.voices),
                diarization_error(truth, found.turns),
                diarization_error(truth, [Turn(span, "one") for span in speech]),
            )
        )
    if not judged:
        raise ValueError(f"{folder}: no recording with {_LEAST_MS / 1000:.0f} s of speech")
    return [replace(row, goal=None, aim=None) for row in _rows(judged, "RTTM", 100)]


def _parts(error: DiarizationError) -> str:
    missed, false, confused = (
        part / max(1, error.spoken) for part in (error.missed, error.false, error.confused)
    )
    return (
        f"collar 0, overlap scored; missed {missed:.3f}, false {false:.3f}, confused {confused:.3f}"
    )


TASK = Task("speakers", "who speaks when, and how many", run)
