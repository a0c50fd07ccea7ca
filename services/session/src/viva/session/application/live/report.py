"""What a conversation tells of itself: an event and a metric a turn, never a word that was said."""

import re
import time

from viva.platform.instruments import REPLY_S, seconds
from viva.platform.log import bound_interview, get_logger
from viva.platform.telemetry import meter, tracer
from viva.session.domain.conversation.actions import Action, CloseAnswer, End, Replied, TurnTaken
from viva.session.domain.conversation.actions import TakenUp as TakenUpAction
from viva.session.domain.conversation.timing import milliseconds

log = get_logger(__name__)


class ConversationReport:
    """Shared by all conversations of a replica."""

    def __init__(self) -> None:
        meters = meter("viva.session")
        self._live = meters.create_up_down_counter(
            "viva.session.conversations",
            unit="{conversation}",
            description="Conversations that are live on this replica.",
        )
        self._latency = seconds(
            meters,
            "viva.session.reply.duration",
            "From the candidate's last voiced sample to the first of the reply.",
            REPLY_S,
        )
        self._wait = seconds(
            meters, "viva.session.turn.wait", "Silence that a decision waited for.", REPLY_S
        )
        self._turns = meters.create_counter(
            "viva.session.turns",
            unit="{turn}",
            description="Decisions that a candidate has finished, by what decided.",
        )
        self._taken_up = meters.create_counter(
            "viva.session.answers.taken_up",
            unit="{answer}",
            description="Answers that went on after they were taken to be over.",
        )
        self._ended = meters.create_counter(
            "viva.session.conversations.ended",
            unit="{conversation}",
            description="Conversations that are over, by reason.",
        )
        self._crashed = meters.create_counter(
            "viva.session.conversations.crashed",
            unit="{conversation}",
            description="Conversations that an error threw off this replica.",
        )
        self._crashed.add(0)
        self._taken_up.add(0)

    def opened(self) -> None:
        """A conversation is live here."""
        self._live.add(1)

    def closed(self) -> None:
        """A conversation left this replica."""
        self._live.add(-1)

    def crashed(self) -> None:
        """A bug ended a conversation here; it goes on from what is stored."""
        self._crashed.add(1)

    def did(self, action: Action) -> None:
        """An action was carried out."""
        match action:
            case TurnTaken():
                self._wait.record(action.wait_ms / 1000, {"viva.sure": action.sure})
                _span(
                    "turn",
                    milliseconds(action.decided - action.ended),
                    question=action.slot.question,
                    follow_up=action.slot.follow_up,
                    wait_ms=action.wait_ms,
                    sure=action.sure,
                    reason=action.reason,
                )
                self._turns.add(1, {"viva.sure": action.sure, "viva.reason": _decided_by(action)})
                log.info(
                    "turn_taken",
                    question=action.slot.question,
                    follow_up=action.slot.follow_up,
                    probability=action.probability,
                    wait_ms=action.wait_ms,
                    silence_ms=milliseconds(action.decided - action.ended),
                    sure=action.sure,
                    reason=action.reason,
                    text_known=action.text_known,
                    next=action.next_reason,
                )
            case Replied():
                self._latency.record(action.latency_ms / 1000, {"viva.sure": action.sure})
                _span("reply", action.latency_ms, sure=action.sure)
                log.info("reply_heard", latency_ms=action.latency_ms, sure=action.sure)
            case CloseAnswer():
                _span(
                    "answer",
                    milliseconds(action.end - action.start),
                    question=action.slot.question,
                    follow_up=action.slot.follow_up,
                    revision=action.revision,
                    thinking_ms=action.thinking_ms,
                )
                log.info(
                    "answer_closed",
                    question=action.slot.question,
                    follow_up=action.slot.follow_up,
                    revision=action.revision,
                    voiced_ms=milliseconds(sum(s.end - s.start for s in action.spans)),
                    thinking_ms=action.thinking_ms,
                    typed=bool(action.typed),
                )
            case TakenUpAction():
                self._taken_up.add(1)
                log.info("answer_taken_up", question=action.slot.question)
            case End():
                self._ended.add(1, {"viva.reason": action.reason.value})
                log.info("conversation_over", reason=action.reason.value)
            case _:
                pass


def _span(name: str, lasted_ms: int, **attributes: str | int | bool) -> None:
    """Puts what has just ended on the interview's trace; the sample clock says how long it was."""
    now_ns = time.time_ns()
    interview = {"viva.interview_id": bound_interview()}
    named = {f"viva.{key}": value for key, value in attributes.items()}
    span = tracer("viva.session").start_span(
        name, attributes={**interview, **named}, start_time=now_ns - lasted_ms * 1_000_000
    )
    span.end(now_ns)


def _decided_by(action: TurnTaken) -> str:
    """What decided, without its figures: `model`, `unjudged`, `answer limit`."""
    found = re.match(r"[a-z ]+", action.reason)
    return found.group().strip() if found else "other"
