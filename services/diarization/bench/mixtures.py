"""How many voices are found, and whose words, in answers mixed from single utterances.

    python services/diarization/bench/mixtures.py FOLDER [--answers 10] [--seed 1]

The folder holds `flac/<clip>.flac` and `scores.json` ({clip: {"speaker": ...}}), as
speechocean762's. An answer is one speaker's clips; other speakers come in once each, with one to
three clips. Phone means 8 kHz mu-law. Shares are of voiced time. Only speakers are used that the
channels' means were not computed from.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from voices import Diarized, Diarizer, evened, over_phone, read, voices

from viva.audio.pcm import Samples, milliseconds_of
from viva.diarization.domain.model import Channel, Span, Turn

_LEAST_CLIPS = 12
_GAPS_MS = (0, 200, 500)
_MAIN_CLIPS = (3, 5, 9)


@dataclass(frozen=True)
class Answer:
    """A mixture; the first turn's voice is the candidate's."""

    samples: Samples
    truth: list[Turn]


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--answers", type=int, default=10, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    everybody = sorted(clips_by_speaker(options.folder).items())
    clips = dict(everybody[1::2])  # the others made the channels' means
    chance = random.Random(options.seed)
    diarizer = Diarizer()
    print(
        f"{'channel':9}{'voices':>7}{'NME-SC right':>14}{'right':>8}{'too few':>9}{'too many':>10}"
        f"{'others kept':>13}{'own dropped':>13}{'s/answer':>10}"
    )
    for count in (1, 2, 3):
        answers = [mixture(clips, count, chance, diarizer) for _ in range(options.answers)]
        for channel in Channel:
            row(channel, count, answers, diarizer)


def row(channel: Channel, count: int, answers: Sequence[Answer], diarizer: Diarizer) -> None:
    """Measures one kind of answer."""
    phone = channel is Channel.PHONE
    done: list[Diarized] = []
    for answer in answers:
        samples = over_phone(answer.samples) if phone else answer.samples
        done.append(diarizer(samples, diarizer.speech(samples), channel))
    found = [voices(one.mended) for one in done]
    errors = np.array([shares(a.truth, d.mended) for a, d in zip(answers, done, strict=True)])
    kept, dropped = errors.mean(axis=0)
    print(
        f"{channel.value:9}{count:7}{sum(voices(d.plain) == count for d in done):14}"
        f"{sum(n == count for n in found):8}{sum(n < count for n in found):9}"
        f"{sum(n > count for n in found):10}{kept:13.1%}{dropped:13.1%}"
        f"{sum(d.seconds for d in done) / len(done):10.2f}",
        flush=True,
    )


def shares(truth: Sequence[Turn], found: Sequence[Turn]) -> tuple[float, float]:
    """Of the time voiced in both: others' taken for the candidate's, and the other way round."""
    length = max(turn.span.end_ms for turn in [*truth, *found]) // 10 + 1
    said, heard = np.zeros(length, int), np.zeros(length, int)
    candidate = truth[0].voice
    # The candidate's is the voice found that shares most time with the candidate.
    common = {
        turn.voice: sum(
            other.span.overlap_ms(own.span)
            for other in found
            if other.voice == turn.voice
            for own in truth
            if own.voice == candidate
        )
        for turn in found
    }
    own_label = max(common, key=lambda voice: common[voice])
    for turns, marks, own in ((truth, said, candidate), (found, heard, own_label)):
        for turn in turns:
            marks[turn.span.start_ms // 10 : turn.span.end_ms // 10] = 1 + (turn.voice != own)
    both = (said > 0) & (heard > 0)
    total = max(1, int(both.sum()))
    return (
        float((both & (said == 2) & (heard == 1)).sum()) / total,
        float((both & (said == 1) & (heard == 2)).sum()) / total,
    )


def mixture(
    clips: Mapping[str, Sequence[Path]], count: int, chance: random.Random, diarizer: Diarizer
) -> Answer:
    """One answer by `count` voices."""
    speakers = chance.sample(sorted(clips), count)
    pools = {speaker: chance.sample(clips[speaker], len(clips[speaker])) for speaker in speakers}
    plan = [speakers[0]] * chance.choice(_MAIN_CLIPS)
    for other in speakers[1:]:
        place = chance.randrange(1, len(plan))
        plan[place:place] = [other] * chance.choice((1, 2, 3))
    parts: list[Samples] = []
    truth: list[Turn] = []
    position = 0
    for speaker in plan:
        clip = evened(read(pools[speaker].pop()))
        speech = diarizer.speech(clip)
        if not speech:
            continue
        clip = clip[max(0, speech[0].start_ms - 50) * 16 : (speech[-1].end_ms + 50) * 16]
        end = position + int(milliseconds_of(len(clip)))
        truth.append(Turn(Span(position, end), speaker))
        gap_ms = chance.choice(_GAPS_MS)
        parts += [clip, np.zeros(gap_ms * 16, np.int16)]
        position = end + gap_ms
    hiss = np.random.default_rng(0).normal(0, 8, sum(map(len, parts)))
    return Answer((np.concatenate(parts) + hiss).astype(np.int16), truth)


def clips_by_speaker(folder: Path) -> dict[str, list[Path]]:
    """The clips of all speakers that have enough of them."""
    entries = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    found: dict[str, list[Path]] = defaultdict(list)
    for name, entry in sorted(entries.items()):
        found[entry["speaker"]].append(folder / "flac" / f"{name}.flac")
    return {speaker: paths for speaker, paths in found.items() if len(paths) >= _LEAST_CLIPS}


if __name__ == "__main__":
    main()
