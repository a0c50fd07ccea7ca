"""Where an interview's seconds went, from the events that tell of it."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# What goes on after each of these, until the next.
_AFTER = {
    "InterviewCreated": "rendering the prompts",
    "PromptsReady": "waiting for the candidate",
    "CallRequested": "calling the candidate",
    "InterviewStarted": "conversation",
    "ConversationEnded": "last answers' stages",
    "InterviewReady": "verdict",
    "InterviewCompleted": "publishing the result",
    "InterviewFailed": "publishing the result",
    "InterviewExpired": "publishing the result",
    "InterviewCancelled": "publishing the result",
    "InterviewReinvited": "waiting for the candidate",
}
_RESULT = "delivering the webhook"
_END = "WebhookDelivered"
_STAGES = {
    "AnswerTranscribed": "transcribed",
    "AnswerAttributed": "attributed",
    "AnswerScored": "scored",
    "AnswerAssessed": "assessed",
}


@dataclass(frozen=True)
class Happened:
    """One event.

    Attributes:
        kind: the last part of its type; `completed` and so on for public results.
        public: it is of the public topic.
        data: what it carries, as JSON would; no text that a candidate said.
    """

    at: datetime
    service: str
    kind: str
    public: bool = False
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class AnswerLine:
    """One revision of an answer.

    Attributes:
        stages: seconds from its recording to each stage's result.
    """

    question: str
    revision: int
    spoken_s: float
    recorded: datetime
    stages: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Timeline:
    """An interview's time line.

    Attributes:
        phases: what went on, and for how many seconds, in order.
    """

    events: tuple[Happened, ...]
    phases: tuple[tuple[str, float], ...]
    answers: tuple[AnswerLine, ...]


def timeline(happened: Sequence[Happened]) -> Timeline:
    """Puts events in order and sums up; each event may be given more than once."""
    events = tuple(sorted(happened, key=lambda event: event.at))
    return Timeline(events, tuple(_phases(events)), tuple(_answers(events)))


def _phases(events: Sequence[Happened]) -> list[tuple[str, float]]:
    marks = [(event.at, _phase(event)) for event in events]
    known = [(at, phase) for at, phase in marks if phase is not None]
    return [
        (phase, (until - at).total_seconds())
        for (at, phase), (until, _) in itertools.pairwise(known)
        if phase
    ]


def _phase(event: Happened) -> str | None:
    """What begins with an event; empty where something ends, None where nothing changes."""
    if event.public:
        return _RESULT
    return "" if event.kind == _END else _AFTER.get(event.kind)


def _answers(events: Sequence[Happened]) -> list[AnswerLine]:
    found: dict[tuple[str, int], AnswerLine] = {}
    for event in events:
        name, revision = event.data.get("answer_id", ""), event.data.get("revision", 0)
        if event.kind == "AnswerRecorded":
            line = AnswerLine(
                event.data.get("question_id", ""),
                revision,
                event.data.get("duration_ms", 0) / 1000,
                event.at,
            )
            found.setdefault((name, revision), line)
        elif event.kind in _STAGES and (name, revision) in found:
            line = found[name, revision]
            passed_s = (event.at - line.recorded).total_seconds()
            line.stages.setdefault(_STAGES[event.kind], passed_s)
    return list(found.values())
