"""The rules that read words and odds: when a turn is over, what comes next, what an overlap is."""

from collections import Counter

import pytest

from viva.session.domain.conversation import cues
from viva.session.domain.conversation.facts import Overlap
from viva.session.domain.conversation.follow_up import choose_follow_up, missing_evidence
from viva.session.domain.conversation.overlap import overlap_by_words
from viva.session.domain.conversation.turn import DEFAULT_CURVE, TurnEvidence, turn_wait
from viva.session.domain.plan import Evidence, FollowUpPlan
from viva.testkit.answers.library import SETS, honest


def evidence(probability: float | None = 0.97, text: str | None = "It was done.", **more: object):
    base = {"voiced_ms": 15_000, "expected_ms": 25_000}
    return TurnEvidence(probability, text, **{**base, **more})  # type: ignore[arg-type]


RESULT = "We shipped it two weeks early, and the number of complaints fell by half."
MIDDLE = "So I talked with the whole team about it first."


def test_a_complete_answer_that_reaches_its_result_is_sure_and_quick() -> None:
    wait = turn_wait(evidence(text=RESULT))
    assert wait.sure
    assert wait.ms <= 300


@pytest.mark.parametrize(
    ("more", "least_ms"),
    [
        ({"text": MIDDLE}, 700),
        ({"text": "So I talked with the"}, 2_000),
        ({"text": MIDDLE, "voiced_ms": 3_000}, 1_900),
        ({"probability": 0.3, "text": MIDDLE}, 2_000),
        ({"probability": None}, 1_500),
        ({"text": None, "voiced_ms": 1_500}, 900),
    ],
)
def test_doubt_waits(more: dict[str, object], least_ms: int) -> None:
    wait = turn_wait(evidence(**more))
    assert not wait.sure
    assert wait.ms >= least_ms


def test_the_wait_falls_as_the_model_grows_surer() -> None:
    waits = [turn_wait(evidence(p / 100, MIDDLE)).ms for p in range(0, 101, 5)]
    assert waits == sorted(waits, reverse=True)
    assert waits[0] <= DEFAULT_CURVE.longest_ms
    assert waits[-1] >= DEFAULT_CURVE.shortest_ms


def test_who_pauses_long_is_given_more_time_but_not_without_end() -> None:
    plain = turn_wait(evidence(0.6, MIDDLE)).ms
    patient = turn_wait(evidence(0.6, MIDDLE, pauses=(900, 1_700, 1_200))).ms
    assert patient > plain
    assert turn_wait(evidence(0.0, MIDDLE, pauses=(9_000,))).ms <= DEFAULT_CURVE.longest_of_all_ms


def test_who_never_pauses_long_is_not_kept_waiting_once_enough_was_said() -> None:
    plain = turn_wait(evidence(0.0, MIDDLE)).ms
    short = (300, 420, 260, 380, 500, 310)
    assert turn_wait(evidence(0.0, MIDDLE, pauses=short)).ms < plain - 500
    assert plain - 300 < turn_wait(evidence(0.0, MIDDLE, pauses=short[:1])).ms < plain
    brief = turn_wait(evidence(0.0, MIDDLE, pauses=short, voiced_ms=1_000)).ms
    assert brief > plain - 300
    assert turn_wait(evidence(0.0, MIDDLE, pauses=(260,) * 12)).ms >= 850


def test_the_surest_end_waits_as_long_as_the_speaker_usually_pauses() -> None:
    fluent, hesitant = (400, 600, 450, 500, 550, 480), (700, 1_100, 900, 1_600, 800, 1_300)
    soon, late = (turn_wait(evidence(text=RESULT, pauses=each)) for each in (fluent, hesitant))
    assert soon.sure
    assert 480 <= soon.ms <= 600
    assert not late.sure
    assert 1_000 <= late.ms <= 1_400
    assert turn_wait(evidence(text=RESULT, pauses=hesitant[:1])).ms <= 400
    farewell = f"{RESULT} That was all."
    assert turn_wait(evidence(text=farewell, pauses=fluent)).ms <= 300


def test_little_is_waited_for_after_a_follow_up() -> None:
    doubtful = turn_wait(evidence(0.4, MIDDLE, minor=True, expected_ms=10_000))
    assert doubtful.ms <= DEFAULT_CURVE.longest_minor_ms


def test_the_reason_names_what_counted() -> None:
    assert turn_wait(evidence(0.97, RESULT)).reason == "model 0.97, reaches a result"
    known = turn_wait(evidence(0.97, RESULT, pauses=(300, 400)))
    assert known.reason == "model 0.97, reaches a result, usual pause"


@pytest.mark.parametrize(
    "text",
    [
        "Could you please repeat that?",
        "Sorry, I didn't catch the question.",
        "Can you say that again?",
        "Pardon?",
        "One more time, please.",
    ],
)
def test_a_request_to_repeat_is_understood(text: str) -> None:
    assert cues.asks_to_repeat(text)


def test_an_answer_that_mentions_repeating_is_no_request() -> None:
    answer = (
        "I asked the customer to repeat the order number, and then I could repeat the whole "
        "process with my colleague until it worked."
    )
    assert not cues.asks_to_repeat(answer)


@pytest.mark.parametrize("text", ["Um, let me think.", "Give me a moment.", "Good question."])
def test_thinking_aloud_is_understood(text: str) -> None:
    assert cues.asks_for_time(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Sorry, may I say something?", Overlap.WORDS),
        ("mhm", Overlap.NOISE),
        ("Okay, right.", Overlap.NOISE),
        ("", Overlap.NOISE),
        ("about the role of engineer", Overlap.ECHO),
    ],
)
def test_words_tell_an_interruption_from_a_cough_and_an_echo(text: str, kind: Overlap) -> None:
    caption = "I would like to talk with you about the role of an engineer at Acme."
    assert overlap_by_words(text, caption, 600) is kind


def test_murmur_that_is_taken_for_words_interrupts_nobody() -> None:
    assert overlap_by_words("and H.", "", 600, confidence=0.2) is Overlap.NOISE
    for hum in ("MHF.", "M .H .M.", "Mm -Mm -Mm -Mm"):
        assert overlap_by_words(hum, "", 600, confidence=0.6) is Overlap.NOISE
    assert overlap_by_words("Sorry.", "", 600, confidence=0.6) is Overlap.WORDS
    assert overlap_by_words("and then I", "", 1_300, confidence=0.3) is Overlap.WORDS


def test_without_recognition_only_long_speech_interrupts() -> None:
    assert overlap_by_words(None, "", 600) is Overlap.NOISE
    assert overlap_by_words(None, "", 1_300) is Overlap.WORDS


FOLLOW_UPS = (
    FollowUpPlan("f_result", "What came of it?", Evidence.RESULT),
    FollowUpPlan("f_number", "Can you name a number?", Evidence.SPECIFICS),
)


def test_the_follow_up_asks_for_the_first_evidence_that_is_missing() -> None:
    text = "When I worked there I decided to call the customer."
    choice = choose_follow_up(FOLLOW_UPS, [], 1, text, 20_000)
    assert choice.follow_up is FOLLOW_UPS[0]
    assert choice.reason == "no result in the answer"


def test_no_follow_up_is_asked_for_what_was_said() -> None:
    text = "Last year I called 20 customers, and in the end complaints fell by half."
    assert choose_follow_up(FOLLOW_UPS, [], 2, text, 20_000).follow_up is None


@pytest.mark.parametrize(
    "text",
    [
        "The parcel had arrived, and she stayed with us and left a five star review.",
        "Complaints about missing files fell from thirty a week to zero.",
        "He paid the same day, and I added the example to our help page.",
    ],
)
def test_who_told_how_it_ended_is_not_asked_for_it(text: str) -> None:
    told = f"A customer called me, I compared the files and called the carrier. {text}"
    assert Evidence.RESULT not in missing_evidence(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A retired teacher called me because he did not understand the tax on his bill.", True),
        ("The boiler broke on a Sunday, and two hundred guests were in the house.", True),
        ("You need to stay calm, that is what I believe in. Customers get upset.", False),
        ("I am used to working under speed and need no help.", False),
    ],
)
def test_what_happened_at_the_beginning_is_the_situation(text: str, *, told: bool) -> None:
    assert (Evidence.SITUATION not in missing_evidence(text)) is told


@pytest.mark.parametrize(
    ("kind", "strong", "weak"),
    [
        (Evidence.SITUATION, 54, 27),
        (Evidence.ACTION, 55, 5),
        (Evidence.RESULT, 54, 6),
        (Evidence.SPECIFICS, 55, 5),
    ],
)
def test_strong_answers_are_seldom_asked_for_what_they_told(
    kind: Evidence, strong: int, weak: int
) -> None:
    answers = [one for name in SETS for one in honest(name)]
    shown = Counter(one.level for one in answers if kind not in missing_evidence(one.text))
    # Of 56 each: the strong may only become more, the weak only fewer.
    assert shown[3] >= strong
    assert shown[1] <= weak


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ("The queue was gone by noon.", True),
        ("She still sends us postcards.", True),
        ("I wrote it on the wall.", False),
        ("And then I went home.", False),
        ("Was it right?", False),
    ],
)
def test_what_became_of_it_at_the_end_is_the_result(ending: str, *, told: bool) -> None:
    story = "The lift stood still. I called the porter. I found the key in the cellar."
    assert (Evidence.RESULT not in missing_evidence(f"{story} {ending}")) is told
    # What was the case before anything was done is none.
    assert Evidence.RESULT in missing_evidence(f"{ending} {story}")


def test_follow_ups_have_their_limit_and_are_asked_once() -> None:
    assert choose_follow_up(FOLLOW_UPS, ["f_result"], 1, "No.", 900).follow_up is None
    assert choose_follow_up(FOLLOW_UPS, ["f_result"], 2, "No.", 900).follow_up is FOLLOW_UPS[1]


def test_without_live_text_only_a_short_answer_gets_a_follow_up() -> None:
    assert choose_follow_up(FOLLOW_UPS, [], 1, None, 4_000).follow_up is FOLLOW_UPS[0]
    assert choose_follow_up(FOLLOW_UPS, [], 1, None, 40_000).follow_up is None


@pytest.mark.parametrize(
    "text",
    [
        "I called the",
        "and then we",
        "I sent it to",
        "she stayed with",
        "in his own words,",
        "So...",
    ],
)
def test_a_text_that_stops_in_mid_sentence_ends_open(text: str) -> None:
    assert cues.ends_open(text)


@pytest.mark.parametrize(
    "text", ["I fixed it.", "That is what I asked for.", "He read it back.", "The parcel came", ""]
)
def test_a_pronoun_before_a_full_stop_ends_a_sentence(text: str) -> None:
    assert not cues.ends_open(text)


@pytest.mark.parametrize(
    "text",
    [
        "It has not happened again.",
        "After that it worked.",
        "The waiting time went down to fifteen minutes.",
        "Now we train our apprentices on it.",
    ],
)
def test_what_came_of_it_is_a_result(text: str) -> None:
    assert cues.reaches_result(f"I called them, one by one, and wrote the plan. {text}")


@pytest.mark.parametrize(
    "text", ["I worked at the help desk.", "Until they fixed it, I wrote a guide.", "Nobody knew."]
)
def test_what_was_done_is_no_result(text: str) -> None:
    assert not cues.reaches_result(text)


def test_missing_evidence_is_found_by_its_cues() -> None:
    assert missing_evidence("") == tuple(Evidence)
    full = (
        "Last year my team had a problem: 30 orders were late. I decided to call every customer "
        "myself, I made a list, and I asked the warehouse for help. In the end every order was "
        "delivered within two days, and nobody cancelled, so my manager made it the rule."
    )
    assert missing_evidence(full) == ()


@pytest.mark.parametrize(
    ("text", "granted"),
    [
        ("Yes, I agree.", True),
        ("Sure, no problem.", True),
        ("I don't mind.", True),
        ("No, I don\u2019t mind at all.", True),
        ("I have no objections.", True),
        ("Okay, that's fine.", True),
        ("One.", True),
        ("No, thank you.", False),
        ("I do not agree.", False),
        ("No, I don't.", False),
        ("Of course not.", False),
        ("I'm not okay with that.", False),
        ("I can't agree to that.", False),
        ("I refuse.", False),
        ("Two.", False),
        ("I'm not sure.", False),
        ("Yes. No, wait.", None),
        ("What did you say?", None),
        ("I am on a train.", None),
    ],
)
def test_a_spoken_answer_to_the_question_for_consent(text: str, granted: bool | None) -> None:
    assert cues.agrees(text) is granted
