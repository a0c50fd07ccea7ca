from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.data.joined import Heard, Joined, Piece
from tests.evaluate.data.speechocean import Utterance
from tests.evaluate.metrics.ranking import auc
from tests.evaluate.tasks.asr_bias import by_person
from tests.evaluate.tasks.reading import recorded, synthetic
from viva.asr.domain.model import Span as HeardSpan
from viva.asr.domain.model import Transcript, Word
from viva.audio.pcm import Samples
from viva.audio.wav import write_wav
from viva.scoring.domain.model import Answer, Span

FREE = "well I um worked I worked in a a shop and um then the the boss left so I uh took over " * 3
READ = "I worked in a shop for many years and the boss left and I took over the whole business " * 3


class Cache:
    """Hears by the length of the audio: a second is free speech, more is read."""

    def transcribe(self, samples: Samples, language: str = "en") -> Transcript:
        is_free = len(samples) <= 16_000
        words, speech, at, start = [], [], 0, 0
        for number, text in enumerate((FREE if is_free else READ).split()):
            stops = number % 4 == 3 if is_free else text in {"and", "so"}
            if stops and at:
                speech.append(HeardSpan(start, at))
                at += 500
                start = at
            words.append(Word(text, at, at + 250, 0.9))
            at += 260
        return Transcript(language, 0.99, tuple(words), (*speech, HeardSpan(start, at)))


def table(folder: Path, rows: list[tuple[str, str, str]]) -> Path:
    lines = ["speaker,room,kind,audio"]
    for number, (speaker, kind, how) in enumerate(rows):
        length = 16_000 if how == "free" else 32_000
        (folder / f"{number}.wav").write_bytes(write_wav(np.zeros(length, np.int16)))
        lines.append(f"{speaker},office,{kind},{number}.wav")
    (folder / "reading.csv").write_text("\n".join(lines))
    return folder / "reading.csv"


def test_people_are_compared_with_their_own_warm_up(tmp_path: Path) -> None:
    rows = [("a", "warm_up", "free"), ("a", "spontaneous", "free"), ("a", "read", "read")]
    free, read = recorded(table(tmp_path, [*rows, ("b", "read", "read")]), Cache())  # type: ignore[arg-type]
    assert (free.read, read.read) == (False, True)
    assert free.score is not None
    assert read.score is not None
    assert free.score < 0.3 < read.score


@pytest.mark.parametrize(
    ("rows", "said"),
    [([("a", "sung", "free")], "sung"), ([("a", "read", "read")], "nobody has a warm-up")],
)
def test_a_table_without_pairs_is_refused(
    tmp_path: Path, rows: list[tuple[str, str, str]], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        recorded(table(tmp_path, rows), Cache())  # type: ignore[arg-type]


def test_readers_made_by_rule_stand_out() -> None:
    judged = [one for one in synthetic(12) if one.score is not None]
    assert auc([one.score or 0 for one in judged], [one.read for one in judged]) > 0.9


def test_a_persons_words_lie_in_the_speech_of_their_sentence() -> None:
    scores: dict[str, tuple[float, ...]] = {}
    pieces = (
        Piece(Utterance("1", "a", "WE CALL IT BEAR", Path(), scores), Span(0, 2000)),
        Piece(Utterance("2", "a", "MARK IS GOING", Path(), scores), Span(2700, 4000)),
    )
    speech = (Span(100, 900), Span(1200, 1900), Span(2800, 3900))
    whole = Answer("1", 1, "1", "", (), heard_language="de", speech=speech)
    joined = Joined("a", pieces, np.zeros(64_000, np.int16))
    found = by_person(Heard(joined, whole, ()))
    texts = " ".join(word.text for word in found.words)
    assert texts == "we call it bear mark is going"
    assert found.heard_language == "en"
    middles = [(word.span.start_ms + word.span.end_ms) / 2 for word in found.words]
    assert all(100 < middle < 1900 for middle in middles[:4])
    assert all(2800 < middle < 3900 for middle in middles[4:])
