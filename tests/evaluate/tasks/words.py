"""Word error of the final recognizer on a set in LibriSpeech's layout."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.evaluate.data.audio import read_audio
from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.metrics.bootstrap import Indices, by_group
from tests.evaluate.metrics.words import normalized, word_errors
from tests.evaluate.registry import Bench, Outcome, Row, Task, missing


def run(bench: Bench) -> Outcome:
    """Errors over all words, insertions included."""
    settings = bench.settings
    if settings.librispeech is None:
        return missing("librispeech")
    cache = TranscriptCache(settings.cache)
    speakers, errors, lengths = [], [], []
    for name, text, audio in list(read(settings.librispeech))[: settings.limit or None]:
        heard = cache.transcribe(read_audio(audio))
        said = normalized(text)
        errors.append(word_errors(said, normalized(" ".join(w.text for w in heard.words))))
        lengths.append(len(said))
        speakers.append(name.split("-")[0])
    wrong, words = np.array(errors), np.array(lengths)

    def rate(at: Indices) -> float:
        return float(wrong[at].sum() / max(1, words[at].sum()))

    return Outcome(
        [
            Row(
                "word error rate",
                rate(np.arange(len(words))),
                by_group(
                    speakers,
                    lambda at: float(wrong[at].sum() / words[at].sum()),
                    settings.bootstrap,
                ),
                n=int(words.sum()),
                groups=len(set(speakers)),
                at_most=True,
                note="lower case, no punctuation; numbers and spellings as they come",
            )
        ]
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
