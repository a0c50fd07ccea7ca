"""Concrete words, stems and what hangs together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_speaking import spoken

from viva.scoring.domain.coherence import Threads, belonging
from viva.scoring.domain.stems import stem
from viva.scoring.domain.tokens import tokens_of
from viva.scoring.domain.vague import concrete_stems


@pytest.mark.parametrize(
    "words",
    [
        ("call", "calls", "called", "calling"),
        ("stop", "stops", "stopped", "stopping"),
        ("reply", "replies", "replied"),
        ("write", "writes", "wrote", "written"),
        ("box", "boxes"),
    ],
)
def test_forms_of_a_word_share_a_stem(words: tuple[str, ...]) -> None:
    assert len({stem(word) for word in words}) == 1


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'", max_size=20))
def test_any_word_has_a_stem(word: str) -> None:
    assert len(stem(word)) <= len(word) + 5


def concrete(text: str, *echoed: str) -> set[str]:
    return set(concrete_stems(tokens_of(spoken(text)), frozenset(map(stem, echoed))))


def test_empty_words_and_echoes_are_not_concrete() -> None:
    assert not concrete("I successfully handled many challenges and achieved great results.")
    assert concrete("I swapped the phone.") == {stem("swap"), "phon"}
    assert concrete("I swapped the phone.", "phones") == {stem("swap")}


def test_what_hangs_together_is_kept_and_the_rest_is_not() -> None:
    near = {frozenset({"a", "b"}): 0.5, frozenset({"a", "x"}): 0.4, frozenset({"b", "x"}): 0.4}

    def similarity(left: str, right: str) -> float:
        return near.get(frozenset({left, right}), 0.0)

    def everyday(sentence: str) -> tuple[float, float]:
        return (0.1, 0.4) if sentence == "small talk" else (0.3, 0.2)

    threads = Threads(together=0.6, work=1.0, beside=1.0, alone=0.05)

    def kept(*sentences: str) -> list[int]:
        return belonging(sentences, ["x"], similarity, everyday, threads)

    assert kept("a", "b", "z") == kept("a", "b", "small talk") == [0, 1]
    assert kept("small talk", "a", "b", "z") == [1, 2]
    assert kept("small talk") == [0]
    assert kept("z", "y", "small talk") == [0, 1]
    assert kept() == []
