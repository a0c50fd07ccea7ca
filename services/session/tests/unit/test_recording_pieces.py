"""Clips fall into blocks sample by sample."""

from hypothesis import given
from hypothesis import strategies as st

from viva.session.domain.recording import Clip, Tracks, blocks, pieces

CLIPS = st.builds(
    Clip,
    key=st.sampled_from(["a", "b"]),
    position=st.integers(0, 200),
    offset=st.integers(0, 50),
    count=st.integers(0, 80),
    header_bytes=st.sampled_from([0, 44]),
)


def test_a_clip_over_two_blocks_is_read_in_two_pieces() -> None:
    clip = Clip("a", position=90, offset=5, count=20, header_bytes=44)
    (first,) = pieces([clip], 0, 100)
    (second,) = pieces([clip], 100, 200)
    assert (first.start_byte, first.end_byte, first.at) == (44 + 10, 44 + 30, 90)
    assert (second.start_byte, second.end_byte, second.at) == (44 + 30, 44 + 50, 0)


def test_the_length_is_that_of_the_longer_side() -> None:
    tracks = Tracks(candidate=(Clip("a", 0, 0, 10),), interviewer=(Clip("b", 5, 0, 10),))
    assert tracks.length == 15
    assert Tracks((), ()).length == 0


@given(st.lists(CLIPS, max_size=5), st.integers(1, 70))
def test_the_size_of_blocks_makes_no_difference(clips: list[Clip], block: int) -> None:
    def heard(size: int) -> dict[int, tuple[str, int]]:
        found = {}
        for start, end in blocks(300, size):
            for piece in pieces(clips, start, end):
                for step in range((piece.end_byte - piece.start_byte) // 2):
                    found[start + piece.at + step] = (piece.key, piece.start_byte + 2 * step)
        return found

    assert heard(block) == heard(300)
