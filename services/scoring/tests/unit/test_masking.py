import pytest

from viva.scoring.adapters.vocabulary import EnglishVocabulary
from viva.scoring.domain.masking import mask
from viva.scoring.domain.model import Answer, Span, SpokenWord
from viva.scoring.domain.tokens import Token, plain, tokens_of


def masked(text: str, vocabulary: EnglishVocabulary) -> list[Token]:
    words = tuple(SpokenWord(word, Span(0, 0)) for word in text.split())
    return mask(tokens_of(Answer("a", 1, "q", "", words)), vocabulary.known)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("My colleague John helped me.", "My colleague Oluwaseun helped me."),
        ("John helped me.", "Fatima helped me."),
        ("He told her that his plan failed.", "She told him that her plan failed."),
        ("I met Maria Garcia in Lagos.", "I met Wei in Berlin."),
        ("A woman from Nigeria called.", "A man from Norway called."),
        ("I am a Nigerian engineer.", "I am an American engineer."),
        ("I am 24 years old.", "I am fifty two years old."),
        ("I'm 24, and I work in sales.", "I'm fifty-nine, and I work in sales."),
        ("A 52-year-old customer complained.", "A 19-year-old customer complained."),
        ("At the age of 24 I moved.", "At the age of fifty one I moved."),
        ("She was a woman of 24.", "She was a woman of fifty one."),
        ("My husband is Muslim.", "My wife is Christian."),
        ("Mr. Smith called me.", "Mrs. Okafor called me."),
        ("in my twenties i moved", "in my fifties i moved"),
        ("my colleague ahmed helped", "my colleague oluwaseun helped"),
        ("South Korea was new to me.", "South Africa was new to me."),
        ("Sri Lankan guests came.", "Danish guests came."),
        ("I met Mercy. Mercy was late.", "I met John. John was late."),
        ("Shepherd told me why.", "John told me why."),
        ("Goodness and I disagreed.", "John and I disagreed."),
        ("my boss was late and xiomara left", "my boss was late and peter left"),
    ],
)
def test_swaps_leave_no_trace(one: str, other: str, vocabulary: EnglishVocabulary) -> None:
    left, right = masked(one, vocabulary), masked(other, vocabulary)
    assert plain(left) == plain(right)
    assert [t.name for t in left] == [t.name for t in right]
    assert [t.ends for t in left] == [t.ends for t in right]


def test_ordinary_words_stay(vocabulary: EnglishVocabulary) -> None:
    text = "Customers complained. Last year we moved 40 servers in March. I fixed it."
    assert plain(masked(text, vocabulary)) == (
        "customers complained last year we moved 40 servers in march i fixed it"
    )


@pytest.mark.parametrize(
    "text", ["Customers told me.", "Everybody agreed.", "Mercy matters.", "Traffic fell."]
)
def test_not_everything_that_begins_a_sentence_is_a_name(
    text: str, vocabulary: EnglishVocabulary
) -> None:
    assert not any(token.name for token in masked(text, vocabulary))


def test_a_misspelt_word_is_no_name(vocabulary: EnglishVocabulary) -> None:
    assert not any(token.name for token in masked("we recieved the goods quikly", vocabulary))


def test_words_of_the_question_are_no_names(vocabulary: EnglishVocabulary) -> None:
    words = tuple(SpokenWord(word, Span(0, 0)) for word in ["I", "run", "Kafka", "daily."])
    tokens = mask(tokens_of(Answer("a", 1, "q", "", words)), vocabulary.known, {"kafka"})
    assert plain(tokens) == "i run kafka daily"
