"""What a conversation tells of itself: an event and a metric a turn, never a word that was said."""

from viva.platform.log import get_logger
from viva.platform.telemetry import meter
from viva.session.domain.conversation.actions import Action, CloseAnswer, End, Replied, TurnTaken
from viva.session.domain.conversation.actions import TakenUp as TakenUpAction
from viva.session.domain.conversation.timing import milliseconds

log = get_logger(__name__)


class ConversationReport:
    """Shared by all conversations of a replica."""

    def __init__(self) -> None:
        instruments = meter("viva.session.live")
        self._live = instruments.create_up_down_counter("viva.session.conversations")
        self._latency = instruments.create_histogram("viva.session.reply_latency", unit="ms")
        self._wait = instruments.create_histogram("viva.session.turn_wait", unit="ms")
        self._taken_up = instruments.create_counter("viva.session.answers_taken_up")
        self._ended = instruments.create_counter("viva.session.conversations_ended")
        self._judging = instruments.create_histogram("viva.session.end_of_turn_time", unit="ms")

    def opened(self) -> None:
        """A conversation is live here."""
        self._live.add(1)

    def closed(self) -> None:
        """A conversation left this replica."""
        self._live.add(-1)

    def judged(self, took_ms: float) -> None:
        """The end-of-turn model answered."""
        self._judging.record(took_ms)

    def did(self, action: Action) -> None:
        """An action was carried out."""
        match action:
            case TurnTaken():
                self._wait.record(action.wait_ms, {"sure": action.sure})
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
                self._latency.record(action.latency_ms, {"sure": action.sure})
                log.info("reply_heard", latency_ms=action.latency_ms, sure=action.sure)
            case CloseAnswer():
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
                self._ended.add(1, {"reason": action.reason.value})
                log.info("conversation_over", reason=action.reason.value)
            case _:
                pass
