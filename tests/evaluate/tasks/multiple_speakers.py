"""`multiple_speakers` over whole interviews of real voices: how it ranks, and how often it errs.

A clean interview is a warm-up and three answers of one person's recordings. In others a second
person speaks for a while in one or two answers, or gives a whole answer, or all but the warm-up.
All of it goes through diarization and the signal as the services run them. The recordings are read
sentences; silences between them are digital.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from tests.evaluate.data.voices import Clip, People, Voices, answer, lay
from tests.evaluate.metrics.bootstrap import by_group
from tests.evaluate.metrics.ranking import auc, upper_bound
from tests.evaluate.registry import Bench, Outcome, Row, Task, missing
from viva.diarization.application.model import AnswerAudio, Attributed, VoiceRecord
from viva.diarization.domain.model import Channel, ComparedSpeech, Role
from viva.fraud.domain import model as fraud
from viva.fraud.domain.model import Answer, Signal, Span, SpokenWord
from viva.fraud.domain.rules import SPEAKERS
from viva.fraud.domain.speakers import multiple_speakers

_ANSWERS = 4
_GAPS_MS = (200, 400, 700)
_OTHERS_CLIPS = (1, 2, 3)
_ENOUGH = 300
_BOUND = 0.01
_CHANNELS = {Channel.WIDE: fraud.Channel.BROWSER, Channel.PHONE: fraud.Channel.PHONE}


class Others(Enum):
    """What another person does in an interview."""

    NOTHING = "nothing"
    ASIDE = "aside"  # one to three sentences
    ANSWER = "answer"  # one whole answer
    SWAP = "swap"  # all answers but the warm-up


_SHARES = {Others.NOTHING: 1.0, Others.ASIDE: 1 / 3, Others.ANSWER: 1 / 9, Others.SWAP: 1 / 9}
_NOTICED = {
    Others.ASIDE: "one to three sentences of another person",
    Others.ANSWER: "a whole answer by another person",
    Others.SWAP: "all answers but the warm-up by another person",
}


@dataclass(frozen=True)
class Judged:
    """One interview; `others` is what another person does in it."""

    speaker: str
    others: Others
    score: float
    flagged: bool


def run(bench: Bench) -> Outcome:
    """Both channels."""
    settings = bench.settings
    if settings.speechocean is None:
        return missing("speechocean")
    voices = Voices(settings.cache)
    people = People(settings, voices)
    rows: list[Row] = []
    for channel in Channel:
        found: dict[Others, list[Judged]] = {}
        for others, share in _SHARES.items():
            count = max(1, round(share * settings.interviews))
            found[others] = [
                _judged(people, voices, channel, number, others) for number in range(count)
            ]
            voices.embedder.save()
            bench.say(f"multiple speakers, {channel.value}: {count}, others: {others.value}")
        rows += _rows(found, channel, settings.bootstrap)
    return Outcome(rows)


def interview(people: People, channel: Channel, number: int, others: Others) -> list[list[Clip]]:
    """The clips of each answer, the warm-up first."""
    aside = others is Others.ASIDE
    chance = random.Random(f"{number} {aside}")
    names = list(people.names)
    speaker = names[number % len(names)]
    order = chance.sample(range(people.count(speaker)), people.count(speaker))
    own = [clip for n in order if (clip := people.clip(speaker, n, channel)) is not None]
    answers = [own[place::_ANSWERS] for place in range(_ANSWERS)]
    other = chance.choice([name for name in names if name != speaker])
    if others is Others.ANSWER or others is Others.SWAP:
        theirs = [people.clip(other, n, channel) for n in range(people.count(other))]
        places = [chance.randrange(1, _ANSWERS)] if others is Others.ANSWER else range(1, _ANSWERS)
        for place in places:
            answers[place] = [clip for clip in theirs[place::_ANSWERS] if clip is not None]
    if aside:
        numbers = chance.sample(range(people.count(other)), chance.choice(_OTHERS_CLIPS))
        said = [clip for n in numbers if (clip := people.clip(other, n, channel)) is not None]
        for place in chance.sample(range(1, _ANSWERS), chance.choice((1, 2)))[: len(said)]:
            at = chance.randrange(1, len(answers[place]) + 1)
            answers[place][at:at] = [said.pop()]
        answers[place][at:at] = said
    return answers


def _judged(
    people: People, voices: Voices, channel: Channel, number: int, others: Others
) -> Judged:
    chance = random.Random(number)
    clips = interview(people, channel, number, others)
    records: list[VoiceRecord] = []
    heard = []
    for place, own in enumerate(clips):
        mixture = lay(own, [chance.choice(_GAPS_MS) for _ in own])
        speech = sorted(turn.span for turn in mixture.truth)
        asked = answer(mixture, speech, channel, place, records)
        found = voices.attribute(asked)
        records.append(found.record)
        heard.append(_answer(asked, found))
    signal = multiple_speakers(heard)
    return Judged(clips[0][0].speaker, others, _score(signal), signal.flagged)


def _answer(asked: AnswerAudio, found: Attributed) -> Answer:
    """As fraud decodes it."""
    spoken = dict.fromkeys(Role, 0)
    for voice in found.voices:
        spoken[voice.role] += voice.speech_ms
    others = {voice.label for voice in found.voices if voice.role is Role.OTHER}
    return Answer(
        asked.answer_id,
        1,
        tuple(
            SpokenWord(word.text, Span(word.span.start_ms, word.span.end_ms), said.dropped)
            for word, said in zip(asked.words, found.words, strict=True)
        ),
        candidate_ms=spoken[Role.CANDIDATE],
        other_ms=spoken[Role.OTHER],
        other_turns=tuple(
            Span(turn.span.start_ms, turn.span.end_ms)
            for turn in found.turns
            if turn.voice in others
        ),
        overlaps=tuple(Span(span.start_ms, span.end_ms) for span in found.overlaps),
        least_alike=_compared(found.least_alike),
        channel=_CHANNELS[asked.channel],
    )


def _compared(least: ComparedSpeech | None) -> fraud.ComparedSpeech | None:
    if least is None:
        return None
    span = Span(least.span.start_ms, least.span.end_ms)
    return fraud.ComparedSpeech(span, least.candidate_llr)


def _score(signal: Signal) -> float:
    return 0.0 if signal.score is None else signal.score


def _rows(found: Mapping[Others, Sequence[Judged]], channel: Channel, resamples: int) -> list[Row]:
    clean = found[Others.NOTHING]
    every = [*clean, *found[Others.ASIDE]]
    scores = np.array([one.score for one in every])
    truth = np.array([one.others is Others.ASIDE for one in every])
    names = [one.speaker for one in every]
    alarms = sum(one.flagged for one in clean)
    bound = upper_bound(alarms, len(clean))
    enough = len(clean) >= _ENOUGH and bound <= _BOUND
    where = f"{channel.value}"
    return [
        Row(
            "multiple_speakers, AUC per interview",
            auc(scores, truth),
            by_group(names, lambda at: auc(scores[at], truth[at]), resamples),
            subset=where,
            n=len(every),
            groups=len(set(names)),
            baseline=0.5,
            baseline_name="chance",
            goal=0.98,
            aim=0.995,
        ),
        Row(
            "false alarms per clean interview, upper bound",
            bound,
            subset=where,
            n=len(clean),
            groups=len({one.speaker for one in clean}),
            goal=_BOUND,
            at_most=True,
            note=f"{alarms} at threshold {SPEAKERS.threshold}, one-sided 95% as if interviews were "
            f"independent; {'calibrated' if enough else 'uncalibrated'}",
        ),
        *(
            Row(
                f"noticed: {what}",
                float(np.mean([one.flagged for one in found[others]])),
                subset=where,
                n=len(found[others]),
                groups=len({one.speaker for one in found[others]}),
            )
            for others, what in _NOTICED.items()
        ),
    ]


TASK = Task("multiple_speakers", "another voice in an interview", run)
