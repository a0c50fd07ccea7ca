import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_speaking import spoken

from viva.scoring.adapters.vocabulary import EnglishVocabulary
from viva.scoring.application.analysis import Analyst
from viva.scoring.domain.coefficients import Coefficients
from viva.scoring.domain.word_levels import Ceilings, profile

CEILINGS = Ceilings(((5.0, 2.0), (4.5, 3.0)), 5.0)


@pytest.mark.parametrize(
    ("level", "frequency", "held"),
    [(4.0, 5.6, 2.0), (1.0, 6.2, 1.0), (4.0, 4.6, 3.0), (4.0, 4.2, 4.0), (6.0, 3.0, 5.0)],
)
def test_a_usual_word_is_no_advanced_one(level: float, frequency: float, held: float) -> None:
    assert CEILINGS.held(level, frequency) == held


@given(st.floats(1, 6), st.floats(0, 8), st.floats(0, 8))
def test_a_rarer_word_never_has_a_lower_level(level: float, one: float, other: float) -> None:
    rare, usual = sorted((one, other))
    assert CEILINGS.held(level, usual) <= CEILINGS.held(level, rare) <= level


def test_the_profile_of_nothing_and_of_something() -> None:
    assert profile([]) == {"vocabulary_level": 0.0, "advanced_share": 0.0}
    assert profile([1.0, 2.0, 4.0, 5.0]) == {"vocabulary_level": 3.0, "advanced_share": 0.5}


def test_words_that_everybody_says_are_not_advanced_whatever_the_list_says(
    vocabulary: EnglishVocabulary, coefficients: Coefficients
) -> None:
    ceilings = coefficients.language.ceilings
    for word in ("found", "times", "oh"):
        level = vocabulary.level(word)
        assert level is not None
        assert level >= 4
        assert ceilings.held(level, vocabulary.frequency(word)) == 2
    for word in ("mitigate", "reconcile", "escalate"):
        level = vocabulary.level(word)
        assert level is not None
        assert ceilings.held(level, vocabulary.frequency(word)) == 5


def test_one_misheard_word_moves_the_vocabulary_little(analyst: Analyst) -> None:
    text = "We looked at the old plan and the customer asked for a good date to start the work"
    heard, misheard = (
        analyst.language_features([analyst.hear(spoken(words))])
        for words in (text, text.replace("plan", "loo"))
    )
    assert 0 <= misheard["vocabulary_level"] - heard["vocabulary_level"] <= 0.5
