from hypothesis import given
from hypothesis import strategies as st

from viva.platform.ids import derived_id, new_id

parts = st.lists(st.text(max_size=8), min_size=1, max_size=4)


def test_new_ids_are_prefixed_different_and_sort_by_time() -> None:
    ids = [new_id("iv") for _ in range(100)]
    assert len(set(ids)) == 100
    assert all(len(one) == len("iv_") + 26 and one.startswith("iv_") for one in ids)


@given(parts, parts)
def test_derived_ids_are_the_same_for_the_same_parts_only(
    left: list[str], right: list[str]
) -> None:
    assert (derived_id("evt", *left) == derived_id("evt", *right)) == (left == right)
