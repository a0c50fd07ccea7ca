import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.scoring.domain.diversity import mtld


def test_it_is_the_published_measure() -> None:
    """Golden values: those of the reference implementation `lexicalrichness` 0.5.1."""
    choose = random.Random(3)
    vocabulary = [f"w{n}" for n in range(120)]
    for count, expected in ((100, 48.04075), (150, 25.28598), (400, 27.61905)):
        words = [vocabulary[min(119, int(choose.expovariate(1 / 25)))] for _ in range(count)]
        assert mtld(words) == pytest.approx(expected, abs=1e-4)


def test_more_variety_is_more() -> None:
    assert mtld(["a", "b"] * 50) < mtld([f"w{n % 60}" for n in range(100)])
    assert mtld([f"w{n}" for n in range(100)]) == 100
    assert mtld([]) == 0


@given(st.lists(st.sampled_from("abcdefghij"), max_size=200))
def test_it_is_always_a_number(words: list[str]) -> None:
    assert 0 <= mtld(words) <= max(200, len(words))
