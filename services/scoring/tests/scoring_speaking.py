"""Answers for tests, spoken at an even pace."""

from viva.scoring.domain.model import Answer, Competency, Span, SpokenWord

PROBLEM = Competency(
    "problem_solving",
    "Problem solving",
    "Finds the cause of a problem and fixes it for good.",
    2.0,
    {
        1: "Waits for others to fix the problem.",
        3: "Fixes the symptom with some help.",
        5: "Finds the root cause with data, fixes it and prevents it from coming back.",
    },
    ("Analyses data or logs", "Finds the root cause", "Prevents recurrence"),
)
TEAMWORK = Competency(
    "teamwork",
    "Teamwork",
    "Works well with others towards a goal.",
    1.0,
    {1: "Works alone.", 3: "Helps when asked.", 5: "Brings people together, resolves conflict."},
    ("Listens to others", "Resolves disagreement"),
)
PROBLEM_QUESTION = "Tell me about a difficult problem that you solved at work."
TEAM_QUESTION = "Tell me about a time when you disagreed with a colleague. What did you do?"
STRONG = (
    "In my previous job at Acme our payment service crashed every night. My task was to find out "
    "why before the release in March. I looked at the logs and I found a memory leak in the report "
    "job. I rewrote the job to stream the data, and added an alert. As a result, crashes dropped "
    "from five a week to zero."
)
# Spoken at a usual pace each takes about twelve seconds.
SHORT_PROBLEM = (
    "Last year our checkout was slow and many customers complained about it. I measured every "
    "request and found a slow query. I added an index, and after that the page became four times "
    "faster."
)
SHORT_TEAM = (
    "My teammate and I disagreed about the design of our database. I set up a meeting and listened "
    "to all his reasons. We ran a small test together, and in the end we agreed."
)


def spoken(
    text: str,
    *,
    number: int = 1,
    question: str = PROBLEM_QUESTION,
    competencies: tuple[Competency, ...] = (PROBLEM,),
    word_ms: int = 330,
    pause_ms: int = 450,
    **changes: object,
) -> Answer:
    """One answer; every word takes `word_ms`, a full stop `pause_ms` of silence."""
    words: list[SpokenWord] = []
    spans: list[Span] = []
    start = at = 0
    for word in text.split():
        words.append(SpokenWord(word, Span(at, at + word_ms - 30)))
        at += word_ms
        if word[-1] in ".?!":
            spans.append(Span(start, at - 30))
            start = at = at + pause_ms
    if start < at:
        spans.append(Span(start, at - 30))
    fields: dict[str, object] = {
        "answer_id": f"ans_{number}",
        "revision": 1,
        "question_id": f"q{number}",
        "question_text": question,
        "words": tuple(words),
        "competencies": competencies,
        "speech": tuple(spans),
        **changes,
    }
    return Answer(**fields)  # type: ignore[arg-type]
