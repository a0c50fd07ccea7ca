from viva.diarization.domain.changes import changes, cut
from viva.diarization.domain.model import Span, Turn


def said(*marks: tuple[str, int, int]) -> list[Turn]:
    return [Turn(Span(start, end), voice) for voice, start, end in marks]


def test_a_voice_gives_way_half_way_between_two_turns() -> None:
    assert changes(said(("0-0", 0, 2000), ("0-1", 2100, 4000), ("0-0", 4000, 9000))) == [2050, 4000]


def test_an_overlap_is_cut_in_its_middle() -> None:
    assert changes(said(("0-0", 0, 2400), ("0-1", 2000, 4000))) == [2200]


def test_one_voice_does_not_change() -> None:
    assert changes(said(("0-0", 0, 2000), ("0-0", 2100, 4000))) == []


def test_a_short_turn_and_one_within_another_are_no_change() -> None:
    assert changes(said(("0-0", 0, 2000), ("0-1", 2000, 2200), ("0-0", 2200, 4000))) == []
    assert changes(said(("0-0", 0, 4000), ("0-1", 1000, 2000), ("0-0", 4000, 5000))) == []


def test_labels_of_two_pieces_say_nothing() -> None:
    assert changes(said(("0-0", 0, 9500), ("1-1", 9500, 12_000))) == []


def test_a_pause_ends_the_speech_anyway() -> None:
    assert changes(said(("0-0", 0, 2000), ("0-1", 3000, 4000))) == []


def test_speech_is_parted_at_each_change_in_it() -> None:
    speech = [Span(0, 3000), Span(4000, 5000)]
    assert cut(speech, [1000, 2500, 3500]) == [
        Span(0, 1000),
        Span(1000, 2500),
        Span(2500, 3000),
        Span(4000, 5000),
    ]
    assert cut(speech, []) == speech
