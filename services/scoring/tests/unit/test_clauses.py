import pytest

from viva.scoring.domain.clauses import Actor, acts_of
from viva.scoring.domain.masking import mask
from viva.scoring.domain.model import Answer, Span, SpokenWord
from viva.scoring.domain.tokens import sentences_of, tokens_of


def acts(text: str) -> list[tuple[Actor, str]]:
    words = tuple(SpokenWord(word, Span(0, 0)) for word in text.split())
    answer = Answer("a", 1, "q", "", words)
    tokens = mask(tokens_of(answer), lambda _: True)
    return [(act.actor, act.verb) for s in sentences_of(tokens) for act in acts_of(s)]


@pytest.mark.parametrize(
    ("text", "verbs"),
    [
        ("I called the customer and explained the delay.", ["called", "explained"]),
        ("At my last job I led a team of five.", ["led"]),
        ("I quickly rewrote the job, then added an alert.", ["rewrote", "added"]),
        ("I have built three dashboards.", ["built"]),
        ("I was able to fix the leak.", ["fix"]),
        ("i fixed the bug i wrote a test i told support", ["fixed", "wrote", "told"]),
        ("I did not give up, I called the vendor.", ["called"]),
    ],
)
def test_own_acts_are_found(text: str, verbs: list[str]) -> None:
    assert acts(text) == [(Actor.OWN, verb) for verb in verbs]


@pytest.mark.parametrize(
    "text",
    [
        "We should have called the customer.",
        "I would have fixed the leak.",
        "If I had checked the logs, I fixed nothing.",
        "I could have written a test.",
        "I wish I called the customer.",
        "Imagine I led the team.",
        "I did not call the customer.",
        "I didn't check the logs.",
        "I never called the customer or explained the delay.",
        "I failed to call the customer.",
        "I planned to call the customer.",
        "I told nobody about the problem.",
        "I did nothing about the problem.",
        "My manager fixed the leak.",
        "They called the customer and explained the delay.",
        "The plan, proposed by my manager, failed badly.",
        "I always work hard.",
        "I will call the customer.",
        "I'd call the customer first.",
        "I did my best.",
        "Should I have called the customer?",
    ],
)
def test_what_is_negated_hypothetical_or_anothers_is_no_act(text: str) -> None:
    assert acts(text) == []


def test_we_is_shared() -> None:
    assert acts("We migrated the database.") == [(Actor.SHARED, "migrated")]
    assert acts("My team and I migrated the database.") == [(Actor.SHARED, "migrated")]


def test_a_clause_before_and_i_is_no_partner() -> None:
    told = "I told him that he has to wear them and I told our supervisor about it too."
    assert acts(told) == [(Actor.OWN, "told"), (Actor.OWN, "told")]
