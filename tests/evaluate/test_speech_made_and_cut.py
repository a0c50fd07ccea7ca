"""Foreign voices, and people cut out of meetings."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.data.answers import read_aloud
from tests.evaluate.data.espeak import say
from tests.evaluate.data.languages import SENTENCES
from tests.evaluate.data.manners import in_meetings
from tests.evaluate.data.spoken import cuts
from tests.evaluate.tasks import nulls
from tests.evaluate.tasks.nulls import null_rates
from viva.asr.domain.model import Span as HeardSpan
from viva.asr.domain.model import Transcript, Word
from viva.audio.models import ModelMissingError
from viva.audio.pcm import SAMPLE_RATE_HZ, Samples
from viva.audio.wav import write_wav
from viva.scoring.domain.model import Answer, Span, SpokenWord
from viva.testkit.answers.library import honest


@pytest.mark.parametrize("language", SENTENCES)
def test_every_language_has_a_voice_that_says_its_sentences(language: str) -> None:
    said = [say(text, language) for text in SENTENCES[language]]
    assert len(said) == 4
    for samples in said:
        assert 1.5 < len(samples) / SAMPLE_RATE_HZ < 12
        assert np.abs(samples).max() > 1000
    assert np.array_equal(said[0], say(SENTENCES[language][0], language))


def test_paces_and_voices_differ_and_an_unknown_one_is_refused() -> None:
    slow, fast = (say("Guten Morgen, wie geht es Ihnen?", "de", w) for w in (130, 190))
    assert len(slow) > 1.2 * len(fast)
    assert not np.array_equal(fast, say("Guten Morgen, wie geht es Ihnen?", "de+f2", 190))
    with pytest.raises(ValueError, match="nowhere"):
        say("Hello", "nowhere")


class Cache:
    """Hears two words a second; nobody speaks in every fourth second."""

    def transcribe(self, samples: Samples, language: str = "en") -> Transcript:
        seconds = len(samples) // SAMPLE_RATE_HZ
        words = [
            Word(f"word{half}", 500 * half, 500 * half + 400, 0.9)
            for half in range(2 * seconds)
            if half // 2 % 4 != 3
        ]
        speech = [HeardSpan(1000 * s, 1000 * s + 3000) for s in range(0, seconds, 4)]
        return Transcript(language, 0.9, tuple(words), tuple(speech), filled_pauses=(speech[0],))


def test_people_in_a_meeting_are_told_apart_by_their_turns(tmp_path: Path) -> None:
    (tmp_path / "m.wav").write_bytes(write_wav(np.zeros(60 * SAMPLE_RATE_HZ, np.int16)))
    turns = (("a", 0, 28), ("b", 26, 14), ("a", 44, 16))
    (tmp_path / "m.rttm").write_text(
        "".join(
            f"SPEAKER m 1 {at} {length} <NA> <NA> {who} <NA> <NA>\n" for who, at, length in turns
        )
    )
    told = in_meetings(tmp_path, Cache())  # type: ignore[arg-type]
    assert list(told) == ["a", "b"]
    for who, answers in told.items():
        own = [(1000 * at, 1000 * (at + n)) for name, at, n in turns if name == who]
        for answer in answers:
            assert answer.speech[-1].end_ms - answer.speech[0].start_ms <= 10_000
            for word in (word for word in answer.words if not word.dropped):
                assert any(start <= word.span.start_ms < end for start, end in own)
    crossed = [word for answer in told["a"] for word in answer.words if word.dropped]
    assert {word.text for word in crossed} == {"word52", "word53"}
    # Words enough for a warm-up come in the first ten seconds, pauses enough in the first twenty.
    assert [answer.warm_up for answer in told["a"]] == [True, True, False, False, False]


def test_nulls_are_told_with_their_reasons() -> None:
    spoken = Answer(
        "a",
        1,
        "q",
        "",
        tuple(SpokenWord("we", Span(i * 400, i * 400 + 300)) for i in range(90)),
        speech=(Span(0, 36_000),),
    )
    silent = Answer("b", 1, "q", "", ())
    heard = {"x": [spoken], "y": [silent], "z": [spoken]}
    rows = null_rates("first language Welsh, telephone", heard, {"x": "f", "y": "m", "z": "m"}, 100)
    assert [(row.subset.split(", ")[1:], round(row.value, 2), row.n) for row in rows] == [
        (["telephone"], 0.33, 3),
        (["telephone", "f"], 0.0, 1),
        (["telephone", "m"], 0.5, 2),
    ]
    assert rows[0].note == "1 no_speech"


def test_cuts_are_short_pieces_of_spoken_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def speak(text: str, voice: str) -> Samples:
        asked.append(voice)
        words = len(text.split())
        return np.arange(words * SAMPLE_RATE_HZ // 2, dtype=np.int32).astype(np.int16)

    monkeypatch.setattr("tests.evaluate.data.spoken.spoken", speak)
    found = list(cuts(7, 5, most=2))
    assert len(asked) == 6
    assert {len(samples) for samples in found} == {5 * SAMPLE_RATE_HZ}
    assert len({int(samples[0]) for samples in found}) == 7
    again = list(cuts(7, 5, most=2))
    assert all(np.array_equal(one, other) for one, other in zip(found, again, strict=True))


def test_numbers_are_seen_where_there_are_some_and_nowhere_else() -> None:
    """A bench that cannot see a number finds none for silence."""
    stories = [
        read_aloud(one.text, "")
        for key in ("upset_customer", "hard_problem")
        for one in honest("seen")
        if (one.question, one.level) == (key, 3)
    ]
    told = [stories[0], stories[-1]]
    try:
        found = nulls.numbers(told)
    except ModelMissingError as error:
        pytest.skip(error.detail)
    assert found == [
        "overall",
        "competency upset_customer",
        "competency hard_problem",
        "fluency",
        "intelligibility",
        "level",
    ]
    short = [replace(one, words=one.words[:14], speech=(Span(0, 5_000),)) for one in told]
    assert nulls.numbers(short) == []
    silent = [replace(one, words=(), speech=()) for one in told]
    assert nulls.numbers(silent) == []
