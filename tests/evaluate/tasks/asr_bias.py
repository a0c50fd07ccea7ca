"""What recognition does to scores: the same answers by a person's transcript and by ours.

Read sentences hold no competencies; those are compared where a CSV of spoken answers is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from tests.evaluate.data.accents import accents
from tests.evaluate.data.answers import competency_of, points
from tests.evaluate.data.audio import read_audio
from tests.evaluate.data.interviews import language
from tests.evaluate.data.joined import Heard, Joined, by_speaker, hear
from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.data.speechocean import Utterance, load
from tests.evaluate.data.tables import read_table
from tests.evaluate.metrics.bootstrap import Indices, by_group
from tests.evaluate.metrics.words import normalized, word_errors
from tests.evaluate.registry import Bench, Outcome, Row, Task, missing
from tests.evaluate.settings import EvalSettings
from viva.scoring.domain.additive import total
from viva.scoring.domain.language import Language
from viva.scoring.domain.model import Answer, Span, SpokenWord
from viva.testkit.answers.library import questions

_COLUMNS = ("id", "speaker", "group", "question", "competency", "text", "audio")
_GOAL = 0.10


@dataclass(frozen=True)
class Pair:
    """One person, by both transcripts.

    Attributes:
        human, machine: the score, in its own unit.
        errors, words: of the recognizer, against the person's transcript.
    """

    speaker: str
    group: str
    human: float
    machine: float
    errors: int
    words: int


def run(bench: Bench) -> Outcome:
    """What the settings name."""
    settings = bench.settings
    rows: list[Row] = []
    if settings.speechocean:
        fluent, leveled = _read_aloud(bench)
        rows += _rows("fluency", fluent, settings.bootstrap)
        rows += _rows("CEFR index", leveled, settings.bootstrap)
    if settings.spoken:
        found = spoken(settings.spoken, TranscriptCache(settings.cache))
        rows += _rows("competency", found, settings.bootstrap)
    return Outcome(rows) if rows else missing("speechocean", "spoken")


def spoken(path: Path, cache: TranscriptCache) -> list[Pair]:
    """Competency points of recorded answers to packaged questions, those that get any.

    Raises:
        ValueError: a column is missing, or no such question; names it.
    """
    asked = {question.key: question for question in questions()}
    found = []
    for row in read_table(path, _COLUMNS):
        question = asked.get(row["question"])
        if question is None:
            raise ValueError(f"{path}: {row['id']}: no question {row['question']!r}")
        heard = cache.transcribe(read_audio(path.parent / row["audio"]))
        text = " ".join(word.text for word in heard.words)
        given = [points(one, question.text, competency_of(question)) for one in (row["text"], text)]
        if given[0] is None or given[1] is None:
            continue
        said = normalized(row["text"])
        errors = word_errors(said, normalized(text))
        found.append(Pair(row["speaker"], row["group"], given[0], given[1], errors, len(said)))
    return found


def _read_aloud(bench: Bench) -> tuple[list[Pair], list[Pair]]:
    settings = bench.settings
    assert settings.speechocean is not None
    found = load(settings.speechocean, part=settings.speechocean_part, adult_age=settings.adult_age)
    cache = TranscriptCache(settings.cache)
    group = accents(found)
    fluent, leveled = [], []
    for speaker, answers in _spoken(found, settings).items():
        heard = [hear(one, cache) for one in answers]
        machine = language([one.whole for one in heard])
        human = language([by_person(one) for one in heard])
        if machine.fluency.tenths is None or human.fluency.tenths is None:
            continue
        errors, words = _word_errors(heard)
        who = (speaker, group[speaker])
        fluent.append(Pair(*who, *_fluencies(human, machine), errors, words))
        leveled.append(Pair(*who, _index(human), _index(machine), errors, words))
    return fluent, leveled


def _spoken(found: Sequence[Utterance], settings: EvalSettings) -> dict[str, list[Joined]]:
    return by_speaker(found[: settings.limit or None], settings.phone_answers)


def by_person(heard: Heard) -> Answer:
    """The same answer with the words of the sentences that were read, spread over their speech."""
    words: list[SpokenWord] = []
    for piece in heard.joined.pieces:
        spans = [
            Span(max(span.start_ms, piece.span.start_ms), min(span.end_ms, piece.span.end_ms))
            for span in heard.whole.speech
            if span.start_ms < piece.span.end_ms and span.end_ms > piece.span.start_ms
        ]
        said = piece.utterance.text.lower().split()
        words += _spread(said, spans or [piece.span])
    return replace(heard.whole, words=tuple(words), heard_language="en")


def _spread(said: Sequence[str], spans: Sequence[Span]) -> list[SpokenWord]:
    voiced = sum(span.length_ms for span in spans)
    marks = [round(number * voiced / max(1, len(said))) for number in range(len(said) + 1)]
    return [
        SpokenWord(word, Span(_at(spans, start), _at(spans, end)), confidence=1.0)
        for word, (start, end) in zip(said, pairwise(marks), strict=True)
    ]


def _at(spans: Sequence[Span], voiced_ms: int) -> int:
    for span in spans:
        if voiced_ms <= span.length_ms:
            return span.start_ms + voiced_ms
        voiced_ms -= span.length_ms
    return spans[-1].end_ms


def _fluencies(human: Language, machine: Language) -> tuple[float, float]:
    return (human.fluency.tenths or 0) / 10, (machine.fluency.tenths or 0) / 10


def _index(found: Language) -> float:
    return total(found.cefr.contributions) / 10


def _word_errors(heard: Sequence[Heard]) -> tuple[int, int]:
    errors = words = 0
    for one in heard:
        said = normalized(" ".join(piece.utterance.text for piece in one.joined.pieces))
        errors += word_errors(said, normalized(" ".join(w.text for w in one.whole.words)))
        words += len(said)
    return errors, words


def _rows(name: str, pairs: Sequence[Pair], resamples: int) -> list[Row]:
    """Shift and word error of each group, and how far the groups' shifts are apart."""
    spread = float(np.std([one.human for one in pairs])) or float("nan")
    shifts = np.array([(one.machine - one.human) / spread for one in pairs])
    groups = np.array([one.group for one in pairs])
    speakers = [one.speaker for one in pairs]
    names = sorted(set(groups.tolist()))

    def apart(at: Indices) -> float:
        means = [shifts[at][groups[at] == group].mean() for group in names]
        return float(max(means) - min(means))

    rows = [_group_row(name, group, pairs, shifts[groups == group]) for group in names]
    every = np.arange(len(pairs))
    return [
        *rows,
        _row(
            f"{name}, groups' shifts apart, SD",
            apart(every),
            by_group(speakers, apart, resamples),
            pairs,
        ),
    ]


def _group_row(name: str, group: str, pairs: Sequence[Pair], shifts: np.ndarray) -> Row:
    own = [one for one in pairs if one.group == group]
    rate = sum(one.errors for one in own) / max(1, sum(one.words for one in own))
    return Row(
        f"{name}, our transcript less a person's, SD",
        float(shifts.mean()),
        subset=group,
        n=len(own),
        groups=len({one.speaker for one in own}),
        note=f"word error {rate:.3f}",
    )


def _row(name: str, value: float, interval, pairs: Sequence[Pair]) -> Row:  # type: ignore[no-untyped-def]
    return Row(
        name,
        value,
        interval,
        n=len(pairs),
        groups=len({one.speaker for one in pairs}),
        baseline=0.0,
        baseline_name="a person's transcript",
        goal=_GOAL,
        at_most=True,
    )


TASK = Task("asr_bias", "what recognition does to scores, by accent", run)
