"""Word error of the final recognizer, on LibriSpeech's layout and on rated speech by accent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.evaluate.data.accents import accents
from tests.evaluate.data.audio import read_audio
from tests.evaluate.data.joined import hear, join
from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.data.speechocean import load
from tests.evaluate.metrics.bootstrap import Indices, by_group
from tests.evaluate.metrics.words import normalized, word_errors
from tests.evaluate.registry import Bench, Outcome, Row, Task, missing
from viva.asr.domain.model import Word
from viva.scoring.domain.model import SpokenWord


@dataclass(frozen=True)
class Recognized:
    """One recording: how many words a person heard in it, and how many of ours are wrong."""

    speaker: str
    errors: int
    words: int


def run(bench: Bench) -> Outcome:
    """Errors over all words, insertions included."""
    settings = bench.settings
    cache = TranscriptCache(settings.cache)
    rows = []
    if settings.librispeech is not None:
        found = [
            _recognized(name.split("-")[0], text, _text(cache.transcribe(read_audio(audio)).words))
            for name, text, audio in list(read(settings.librispeech))[: settings.limit or None]
        ]
        rows.append(_row("", found, settings.bootstrap))
    if settings.speechocean is not None:
        rows += _by_accent(bench, cache)
    return Outcome(rows) if rows else missing("librispeech", "speechocean")


def _by_accent(bench: Bench, cache: TranscriptCache) -> list[Row]:
    """Answers put together from sentences that were read; all of them, then by accent."""
    settings = bench.settings
    assert settings.speechocean is not None
    told = load(settings.speechocean, part=settings.speechocean_part, adult_age=settings.adult_age)
    group = accents(told)
    found = []
    for one in join(told[: settings.limit or None]):
        text = " ".join(piece.utterance.text for piece in one.pieces)
        heard = _text(hear(one, cache).whole.words)
        found.append(_recognized(one.speaker, text, heard))
    rows = [_row(settings.told_language, found, settings.bootstrap)]
    for name in sorted(set(group.values())):
        own = [one for one in found if group[one.speaker] == name]
        rows.append(_row(f"{settings.told_language}, {name}", own, settings.bootstrap))
    return rows


def _recognized(speaker: str, text: str, heard: str) -> Recognized:
    said = normalized(text)
    return Recognized(speaker, word_errors(said, normalized(heard)), len(said))


def _text(words: Sequence[Word | SpokenWord]) -> str:
    return " ".join(word.text for word in words)


def _row(subset: str, found: Sequence[Recognized], resamples: int) -> Row:
    wrong = np.array([one.errors for one in found])
    words = np.array([one.words for one in found])
    speakers = [one.speaker for one in found]

    def rate(at: Indices) -> float:
        return float(wrong[at].sum() / max(1, words[at].sum()))

    return Row(
        "word error rate",
        rate(np.arange(len(words))),
        by_group(speakers, rate, resamples),
        subset=subset,
        n=int(words.sum()),
        groups=len(set(speakers)),
        at_most=True,
        note="lower case, no punctuation; numbers and spellings as they come",
    )


def read(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Id (speaker-chapter-number), words and audio of each utterance.

    Raises:
        ValueError: no `*.trans.txt` there, or a line without its audio.
    """
    tables = sorted(folder.rglob("*.trans.txt"))
    if not tables:
        raise ValueError(f"{folder}: no *.trans.txt")
    for table in tables:
        for line in table.read_text("utf-8").splitlines():
            name, _, text = line.partition(" ")
            audio = [table.parent / f"{name}{end}" for end in (".flac", ".wav")]
            found = next((path for path in audio if path.exists()), None)
            if found is None:
                raise ValueError(f"{table}: no audio of {name}")
            yield name, text, found


TASK = Task("words", "word error of the final recognizer", run)
