"""The error rate on turns whose error is known."""

from pathlib import Path

import pytest

from tests.evaluate.data.rttm import recordings
from tests.evaluate.metrics.diarization import diarization_error, pooled
from viva.diarization.domain.model import Span, Turn

TRUTH = [Turn(Span(0, 1000), "anna"), Turn(Span(1000, 2000), "bert")]


def test_the_same_turns_by_other_names_are_no_error() -> None:
    found = [Turn(Span(1000, 2000), "1"), Turn(Span(0, 1000), "2")]
    assert diarization_error(TRUTH, found).rate == 0


def test_each_kind_of_error_is_counted() -> None:
    assert diarization_error(TRUTH, [Turn(Span(0, 2000), "1")]) == (0, 0, 100, 200)
    assert diarization_error(TRUTH, [Turn(Span(0, 1000), "1")]) == (100, 0, 0, 200)
    extra = [*TRUTH, Turn(Span(2000, 2500), "anna")]
    assert diarization_error(TRUTH, extra) == (0, 50, 0, 200)


def test_overlapped_speech_is_scored() -> None:
    truth = [Turn(Span(0, 1000), "anna"), Turn(Span(500, 1000), "bert")]
    assert diarization_error(truth, [Turn(Span(0, 1000), "1")]) == (50, 0, 0, 150)
    assert diarization_error(truth, truth).rate == 0


def test_rates_are_pooled_over_the_speech_of_all() -> None:
    good, bad = diarization_error(TRUTH, TRUTH), diarization_error(TRUTH[:1], [])
    assert pooled([good, bad]).rate == pytest.approx(1 / 3)
    assert diarization_error([], []).rate == 0


def test_rttm_is_read_and_broken_lines_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no \*.rttm"):
        list(recordings(tmp_path))
    table = tmp_path / "all.rttm"
    table.write_text("SPEAKER talk 1 0.5 1.25 <NA> <NA> anna <NA> <NA>\n", "utf-8")
    (tmp_path / "talk.wav").touch()
    assert list(recordings(tmp_path)) == [
        (tmp_path / "talk.wav", [Turn(Span(500, 1750), "anna")]),
    ]
    table.write_text("SPEAKER talk 1 half 1 <NA> <NA> anna\n", "utf-8")
    with pytest.raises(ValueError, match=r"all.rttm, line 1"):
        list(recordings(tmp_path))
