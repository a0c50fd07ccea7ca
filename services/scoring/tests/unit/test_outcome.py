"""How a story came out, told in plain words."""

import pytest

from viva.scoring.domain.masking import mask
from viva.scoring.domain.model import Answer, Span, SpokenWord
from viva.scoring.domain.narrative import Narrative, prompts_of, read
from viva.scoring.domain.outcome import endings, tells_outcome
from viva.scoring.domain.tokens import Sentence, sentences_of, tokens_of

STORY = (
    "The lift of our house in Graz stood still on a Sunday, with an old tenant in it. "
    "I rang the porter and I fetched the key from the cellar. "
    "I opened the door by hand and helped the tenant out."
)


def sentences(text: str) -> list[Sentence]:
    words = tuple(SpokenWord(word, Span(0, 0)) for word in text.split())
    return sentences_of(mask(tokens_of(Answer("a", 1, "q", "", words)), lambda _: True))


def told(text: str) -> Narrative:
    return read(sentences(text), prompts_of(()))


@pytest.mark.parametrize(
    "ending",
    [
        "By noon the lift was running.",
        "She still sends us postcards at Christmas.",
        "Now the two other houses have the same key box.",
        "The tenant baked a cake for the porter.",
        "In July she wrote back and ordered fifteen.",
        "We have had no word about it in the three years since.",
        "Nobody missed the train.",
        "From that week she could open it alone.",
    ],
)
def test_what_became_of_it_is_the_result(ending: str) -> None:
    found = told(f"{STORY} {ending}")
    assert [one.quote for one in found.result] == [ending]
    assert not told(STORY).result


@pytest.mark.parametrize(
    "ending",
    [
        "I wrote a note and hung it on the door.",
        "And then drew it on the map.",
        "The porter told me that he had the flu.",
        "The children were shouting in the yard.",
        "It would have been better with a second key.",
        "If the key was there, the porter had it.",
        "The porter lost the key and quit.",
        "Keys are important for a house.",
        "We put a box on the wall.",
        "Who had the key?",
    ],
)
def test_acts_talk_wishes_and_bad_ends_are_none(ending: str) -> None:
    assert not any(tells_outcome(one) for one in sentences(ending))
    assert not told(f"{STORY} {ending}").result


def test_what_was_the_case_before_any_act_is_no_result() -> None:
    assert not told(f"By noon the lift was running. {STORY}").result
    assert not told("By noon the lift was running. The tenant baked a cake.").result


def test_one_act_may_follow_the_ending() -> None:
    ending = "By noon the lift was running."
    kept = "I bought a second key for the porter."
    assert [one.quote for one in told(f"{STORY} {ending} {kept}").result] == [ending]


def test_the_ending_is_quoted_before_results_on_the_way() -> None:
    way = "The alarm was fixed. I called the porter. I wrote down the number."
    found = told(f"{STORY} {way} The tenant baked a cake.")
    assert [one.quote for one in found.result] == [
        "The tenant baked a cake.",
        "The alarm was fixed.",
    ]


def test_places_of_endings() -> None:
    assert list(endings([False, False])) == []
    assert list(endings([True, False, False, False])) == [2, 3]
    assert list(endings([False, True, True, False, False])) == [2, 3, 4]
    assert list(endings([True, True, True, True])) == [3]
