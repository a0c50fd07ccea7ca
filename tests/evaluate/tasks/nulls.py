"""What must never get a number: silence, noise, music, another language, five seconds of speech.

Every case is heard by the recognizer and scored as an interview in which both questions got it for
an answer, each of which probes a competency with anchors. Where rated speech is there, the rate of
nulls is told by group and by channel: a null is a burden, too.
"""

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from tests.evaluate.data.audio import read_audio
from tests.evaluate.data.interviews import scored
from tests.evaluate.data.joined import Joined, answer_of, by_speaker, hear
from tests.evaluate.data.languages import Foreigners
from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.data.sounds import CLASSES
from tests.evaluate.data.speechocean import load
from tests.evaluate.data.spoken import cuts
from tests.evaluate.metrics.bootstrap import by_group
from tests.evaluate.metrics.ranking import upper_bound
from tests.evaluate.registry import Bench, Outcome, Row, Task
from tests.evaluate.tasks.phone import line
from viva.audio.pcm import Samples
from viva.scoring.domain.model import Answer
from viva.testkit.answers.library import Question, questions

_SHORT_SECONDS = 5
# Task `ways` has these spoken, too.
_INTERVIEWS = 15


def _as_it_was(_one: Joined) -> Callable[[Samples], Samples]:
    return lambda samples: samples


CHANNELS: Mapping[str, Callable[[Joined], Callable[[Samples], Samples]]] = {
    "wideband": _as_it_was,
    "telephone": line,
}


def run(bench: Bench) -> Outcome:
    """All classes."""
    settings = bench.settings
    cache = TranscriptCache(settings.cache)
    rows = [
        _row(bench, name, _heard(cache, (make(n) for n in range(settings.cases))))
        for name, make in CLASSES.items()
    ]
    short = cuts(settings.cases, _SHORT_SECONDS, most=_INTERVIEWS)
    rows.append(_row(bench, "five seconds of synthetic speech", _heard(cache, short)))
    if settings.language_cases:
        rows += _languages(bench, cache)
    if settings.sounds:
        rows += [
            _row(bench, f"recordings: {name}", _heard(cache, _recordings(paths)))
            for name, paths in _folders(settings.sounds)
        ]
    if settings.speechocean:
        rows += _groups(bench, cache)
    return Outcome(rows)


def numbers(answers: Sequence[Answer]) -> list[str]:
    """What an interview of these answers, to as many questions, gets a number or a level of."""
    result = scored(answers, _asked()[: len(answers)])
    language = result.language
    given = {
        "overall": result.overall,
        **{f"competency {one.competency.key}": one.scored.tenths for one in result.competencies},
        "fluency": language.fluency.tenths,
        "intelligibility": language.intelligibility.tenths,
        "level": language.cefr.level or None,
    }
    return [name for name, number in given.items() if number is not None]


@functools.cache
def _asked() -> list[Question]:
    return questions()


def _row(bench: Bench, name: str, cases: Iterator[Answer]) -> Row:
    given = [numbers([case, case]) for case in cases]
    which = Counter(number for found in given for number in found)
    told = ", ".join(f"{count} {number}" for number, count in sorted(which.items()))
    return _count(bench, name, [bool(found) for found in given], told)


def _count(bench: Bench, name: str, given: Sequence[bool], which: str = "") -> Row:
    """How many got a number; `which` tells of them."""
    bench.say(f"nulls: {name}: {sum(given)} of {len(given)}")
    bound = upper_bound(sum(given), len(given)) if given else float("nan")
    return Row(
        f"numbers given for {name}",
        float(sum(given)),
        n=len(given),
        goal=0,
        at_most=True,
        note=f"rate below {100 * bound:.1f}% (one-sided 95%)" + (f"; {which}" if which else ""),
    )


def _heard(cache: TranscriptCache, sounds: Iterator[Samples]) -> Iterator[Answer]:
    for number, samples in enumerate(sounds):
        yield answer_of(f"sound-{number}", cache.transcribe(samples))


def _folders(folder: Path) -> list[tuple[str, list[Path]]]:
    kinds = [one for one in sorted(folder.iterdir()) if one.is_dir()] or [folder]
    audio = {".wav", ".flac", ".ogg", ".mp3"}
    return [
        (kind.name, [path for path in sorted(kind.rglob("*")) if path.suffix.lower() in audio])
        for kind in kinds
    ]


def _languages(bench: Bench, cache: TranscriptCache) -> list[Row]:
    """All of them together, and by synthesizer which languages got a number."""
    foreign = Foreigners()
    cases = [foreign.answer(number) for number in range(bench.settings.language_cases)]
    heard = _heard(cache, (case.samples for case in cases))
    given = [bool(numbers([answer, answer])) for answer in heard]
    spoken = len({case.language for case in cases})
    rows = [_count(bench, f"another language, synthetic ({spoken} languages)", given)]
    for name in sorted({case.synthesizer for case in cases}):
        own = [place for place, case in enumerate(cases) if case.synthesizer == name]
        which = Counter(cases[place].language for place in own if given[place])
        told = ", ".join(f"{count} {language}" for language, count in sorted(which.items()))
        found = [given[place] for place in own]
        rows.append(_count(bench, f"another language, voices of {name}", found, told))
    return rows


def _recordings(paths: list[Path]) -> Iterator[Samples]:
    for path in paths:
        yield read_audio(path)


def _groups(bench: Bench, cache: TranscriptCache) -> list[Row]:
    """The rate of nulls among people who did speak, by channel, first language and gender.

    Why there is none stands beside it.
    """
    settings = bench.settings
    assert settings.speechocean is not None
    found = load(settings.speechocean, part=settings.speechocean_part, adult_age=settings.adult_age)
    spoken = by_speaker(found[: settings.limit or None], settings.phone_answers)
    gender = {one.speaker: one.gender or "not told" for one in found}
    rows = []
    for channel, change in CHANNELS.items():
        heard = {
            name: [hear(one, cache, change(one)).whole for one in answers]
            for name, answers in spoken.items()
        }
        subset = f"{settings.told_language}, {channel}"
        rows += null_rates(subset, heard, gender, settings.bootstrap)
        others = [not answer.language_matches for own in heard.values() for answer in own]
        rows.append(
            Row(
                "accented answers called another language",
                float(np.mean(others)),
                subset=subset,
                n=len(others),
                groups=len(heard),
                at_most=True,
                note="these are left out of the score",
            )
        )
    return rows


def null_rates(
    subset: str, heard: Mapping[str, list[Answer]], gender: Mapping[str, str], resamples: int
) -> list[Row]:
    results = {name: scored(answers).language.fluency for name, answers in heard.items()}
    null = {name: one.tenths is None for name, one in results.items()}
    reasons = Counter(one.null_reason for one in results.values() if one.null_reason)
    genders = sorted({gender[name] for name in heard})
    rates = {
        one: float(np.mean([null[name] for name in heard if gender[name] == one]))
        for one in genders
    }
    every = np.array(list(null.values()), dtype=float)
    told = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    whole = Row(
        "null rate of people who spoke",
        float(every.mean()),
        by_group(list(null), lambda at: float(every[at].mean()), resamples),
        subset=subset,
        n=len(null),
        groups=len(null),
        note=told or "no null",
    )
    by_gender = [
        Row(
            "null rate of people who spoke",
            rate,
            subset=f"{subset}, {one}",
            n=sum(gender[name] == one for name in heard),
        )
        for one, rate in rates.items()
    ]
    return [whole, *by_gender]


TASK = Task("nulls", "what must never get a number", run, always=True)
