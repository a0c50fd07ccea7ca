"""What must never get a number: silence, noise, music, another language, five seconds of speech.

Every case is heard by the recognizer and scored as an interview of two answers. Where rated speech
is there, the rate of nulls is told by group and by channel: a null is a burden, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.evaluate.data.audio import read_audio
from tests.evaluate.data.interviews import scored
from tests.evaluate.data.joined import answer_of, hear, join
from tests.evaluate.data.languages import Foreigners
from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.data.sounds import CLASSES
from tests.evaluate.data.speechocean import load
from tests.evaluate.data.synthetic import people
from tests.evaluate.metrics.ranking import upper_bound
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.audio.pcm import Samples
from viva.scoring.domain.model import Answer, Span

_FIVE_SECONDS_MS = 5_000


def run(bench: Bench) -> Outcome:
    """All classes."""
    settings = bench.settings
    cache = TranscriptCache(settings.cache)
    rows = [
        _row(bench, name, _heard(cache, (make(n) for n in range(settings.cases))))
        for name, make in CLASSES.items()
    ]
    rows.append(_row(bench, "five seconds of speech", _short(settings.cases)))
    if settings.language_cases:
        foreign = Foreigners()
        answers = (foreign.answer(n) for n in range(settings.language_cases))
        rows.append(_row(bench, "another language (synthetic)", _heard(cache, answers)))
    if settings.sounds:
        rows += [
            _row(bench, f"recordings: {name}", _heard(cache, _recordings(paths)))
            for name, paths in _folders(settings.sounds)
        ]
    if settings.speechocean:
        rows += _groups(bench, cache)
    return Outcome(rows)


def has_number(answers: Sequence[Answer]) -> bool:
    """Whether an interview of these answers gets any number or level."""
    result = scored(answers)
    language = result.language
    numbers = (result.overall, language.fluency.tenths, language.intelligibility.tenths)
    return any(number is not None for number in numbers) or bool(language.cefr.level)


def _row(bench: Bench, name: str, cases: Iterator[Answer]) -> Row:
    found = [has_number([case, case]) for case in cases]
    bench.say(f"nulls: {name}: {sum(found)} of {len(found)}")
    bound = upper_bound(sum(found), len(found)) if found else float("nan")
    return Row(
        f"numbers given for {name}",
        float(sum(found)),
        n=len(found),
        goal=0,
        at_most=True,
        note=f"rate below {100 * bound:.1f}% (one-sided 95%)",
    )


def _heard(cache: TranscriptCache, sounds: Iterator[Samples]) -> Iterator[Answer]:
    for number, samples in enumerate(sounds):
        yield answer_of(f"sound-{number}", cache.transcribe(samples))


def _short(count: int) -> Iterator[Answer]:
    """Fluent speakers who say nothing after five seconds, in two answers together."""
    for one in people(count, seed=5):
        answer = one.answers[0]
        half = _FIVE_SECONDS_MS // 2
        yield replace(
            answer,
            words=tuple(word for word in answer.words if word.span.end_ms <= half),
            speech=tuple(
                Span(span.start_ms, min(half, span.end_ms))
                for span in answer.speech
                if span.start_ms < half
            ),
        )


def _folders(folder: Path) -> list[tuple[str, list[Path]]]:
    kinds = [one for one in sorted(folder.iterdir()) if one.is_dir()] or [folder]
    audio = {".wav", ".flac", ".ogg", ".mp3"}
    return [
        (kind.name, [path for path in sorted(kind.rglob("*")) if path.suffix.lower() in audio])
        for kind in kinds
    ]


def _recordings(paths: list[Path]) -> Iterator[Samples]:
    for path in paths:
        yield read_audio(path)


def _groups(bench: Bench, cache: TranscriptCache) -> list[Row]:
    """The rate of nulls among people who did speak, by gender as far as it is told."""
    settings = bench.settings
    assert settings.speechocean is not None
    found = load(settings.speechocean, part=settings.speechocean_part, adult_age=settings.adult_age)
    heard = [hear(one, cache) for one in join(found[: settings.limit or None])]
    speakers = dict.fromkeys(one.joined.speaker for one in heard)
    null = {
        name: not has_number([one.whole for one in heard if one.joined.speaker == name])
        for name in speakers
    }
    answers = [not one.whole.language_matches for one in heard]
    group = {one.speaker: one.gender or "not told" for one in found}
    rows = [
        Row(
            "null rate of people who spoke",
            float(np.mean([null[name] for name in speakers if group[name] == gender])),
            subset=f"first language Mandarin, {gender}",
            n=sum(group[name] == gender for name in speakers),
        )
        for gender in sorted(set(group.values()))
    ]
    rows.append(
        Row(
            "accented answers called another language",
            float(np.mean(answers)),
            n=len(answers),
            groups=len(speakers),
            at_most=True,
            note="these are left out of the score",
        )
    )
    return rows


TASK = Task("nulls", "what must never get a number", run, always=True)
