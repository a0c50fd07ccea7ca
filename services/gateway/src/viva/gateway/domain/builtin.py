"""The definitions that come with Viva: a four-minute customer-support interview in English."""

from datetime import UTC, datetime

from viva.gateway.domain.library import (
    Anchor,
    Competency,
    Entry,
    EvidenceKind,
    FollowUp,
    Framework,
    Persona,
    Question,
    QuestionSet,
    Tone,
)

_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
_THINKING_MS = 5_000
_ANSWER_MS = 75_000


def _anchors(low: str, middle: str, high: str) -> tuple[Anchor, ...]:
    return (Anchor(1, low), Anchor(3, middle), Anchor(5, high))


_FRAMEWORK = Framework(
    name="Customer support",
    competencies=(
        Competency(
            key="communication",
            name="Communication",
            definition="Explains clearly, in words that fit the listener, and checks it landed.",
            weight=0.3,
            anchors=_anchors(
                "Rambles or uses jargon; the listener could not act on what was said.",
                "Gives the main points in an understandable order, with little regard to what the "
                "listener already knows.",
                "Puts the point first, chooses words and examples for this listener, and checks "
                "that they understood before moving on.",
            ),
            indicators=(
                "Names whom they explained it to and what that person knew",
                "Uses a comparison or an example",
                "Asked a question to check understanding",
            ),
        ),
        Competency(
            key="customer_focus",
            name="Customer focus",
            definition="Takes the customer's situation seriously and acts on what they need.",
            weight=0.25,
            anchors=_anchors(
                "Blames the customer or recites the policy; what the customer needed stays open.",
                "Stays polite and solves the stated request, without finding out what lies "
                "behind it.",
                "Listens first, names what the customer felt and needed, acts on it, and follows "
                "up to see that it worked.",
            ),
            indicators=(
                "Let the customer finish and summed up the concern",
                "Apologized or acknowledged the trouble",
                "Checked back afterwards",
            ),
        ),
        Competency(
            key="problem_solving",
            name="Problem solving",
            definition="Finds the cause of a problem step by step and solves it.",
            weight=0.25,
            anchors=_anchors(
                "Guesses or hands the problem on without having looked into it.",
                "Tries the usual steps and solves it in the end, without saying why they worked.",
                "Narrows the cause down by questions and tests, weighs options, solves it, and "
                "keeps it from coming back.",
            ),
            indicators=(
                "Describes how the cause was found",
                "Compared at least two ways",
                "States the result in numbers or facts",
            ),
        ),
        Competency(
            key="ownership",
            name="Ownership",
            definition="Answers for the outcome, mistakes included, and learns from them.",
            weight=0.2,
            anchors=_anchors(
                "Puts the mistake on others or on circumstances; nothing was done about it.",
                "Admits the mistake and repairs the damage once it was pointed out.",
                "Owns up at once, repairs it, tells those concerned, and changes how they work so "
                "that it does not happen again.",
            ),
            indicators=(
                "Says 'I' about the mistake",
                "Told those concerned without being asked",
                "Names what they do differently since",
            ),
        ),
    ),
)


def _question(
    number: int,
    text: str,
    competencies: tuple[str, ...],
    follow_ups: tuple[tuple[EvidenceKind, str], ...],
) -> Question:
    return Question(
        id=f"q{number}",
        text=text,
        competency_keys=competencies,
        thinking_time_ms=_THINKING_MS,
        answer_limit_ms=_ANSWER_MS,
        follow_ups=tuple(
            FollowUp(f"q{number}_{evidence}", asked, evidence) for evidence, asked in follow_ups
        ),
        max_follow_ups=1,
    )


_QUESTION_SET = QuestionSet(
    name="Customer support, four minutes",
    questions=(
        Question(
            id="warm_up",
            text="To warm up: what do you enjoy about helping people?",
            answer_limit_ms=45_000,
            max_follow_ups=0,
            warm_up=True,
        ),
        _question(
            1,
            "Tell me about a time when you helped a customer who was upset. What did you do?",
            ("customer_focus", "communication"),
            (
                (EvidenceKind.ACTION, "What exactly did you say or do first?"),
                (EvidenceKind.RESULT, "How did it end for the customer?"),
                (EvidenceKind.SITUATION, "What had happened before they came to you?"),
            ),
        ),
        _question(
            2,
            "Describe a problem that you could not solve at once. How did you find the answer?",
            ("problem_solving",),
            (
                (EvidenceKind.ACTION, "Which steps did you take yourself?"),
                (EvidenceKind.RESULT, "And what came out of it?"),
                (EvidenceKind.SPECIFICS, "Can you give me one concrete detail, such as a number?"),
            ),
        ),
        _question(
            3,
            "Tell me about a time when you had to explain something complicated in simple words.",
            ("communication",),
            (
                (EvidenceKind.SPECIFICS, "Which words or examples did you use?"),
                (EvidenceKind.RESULT, "How did you know that they had understood?"),
                (EvidenceKind.ELABORATION, "Could you tell me a little more about that?"),
            ),
        ),
        _question(
            4,
            "Tell me about a mistake that you made at work. What did you do about it?",
            ("ownership", "problem_solving"),
            (
                (EvidenceKind.ACTION, "What did you do once you had noticed it?"),
                (EvidenceKind.RESULT, "What has changed since then?"),
                (EvidenceKind.SITUATION, "How did it come about?"),
            ),
        ),
    ),
)

DEFAULT_VOICE = "af_heart"
PERSONA = Entry(
    id="ps_default",
    tenant_id="",
    version=2,
    created_at=_SINCE,
    definition=Persona(
        name="Ava",
        role="an AI interviewer",
        language="en",
        voice=DEFAULT_VOICE,
        tone=Tone.WARM.value,
    ),
)
FRAMEWORK = Entry("fw_default", "", 1, _SINCE, _FRAMEWORK)
QUESTION_SET = Entry("qs_default", "", 1, _SINCE, _QUESTION_SET)
