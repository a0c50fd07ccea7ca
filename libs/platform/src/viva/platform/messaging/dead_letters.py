"""Dead letters: what a group could not process, as it was, with the reason beside it."""

from viva.platform.clock import Clock
from viva.platform.messaging.event import TARGET_GROUP, Record
from viva.platform.messaging.failures import code_of, safe_detail
from viva.platform.messaging.producer import Producer

PREFIX = "viva_dlq_"


def dead_letter_topic(topic: str, group: str) -> str:
    """Names the topic of a group's dead letters."""
    return f"{topic}.{group}.dlq"


class DeadLetters:
    """Writes a group's dead letters."""

    def __init__(self, group: str, producer: Producer, clock: Clock) -> None:
        self._group = group
        self._producer = producer
        self._clock = clock

    async def write(self, topic: str, record: Record, error: Exception, tries: int) -> None:
        """Stores the record's bytes, key and headers, and why it is here.

        Args:
            topic: where it came from, without prefix.

        Raises:
            TransientError: the broker is away; the record is not stored.
        """
        reason = {
            "code": code_of(error),
            "detail": safe_detail(error)[:500],
            "error": type(error).__name__,
            "tries": str(tries),
            "group": self._group,
            "topic": topic,
            "partition": str(record.partition),
            "offset": str(record.offset),
            "time": self._clock.now().isoformat(),
        }
        headers = [*original_headers(record)]
        headers += [(PREFIX + name, value.encode()) for name, value in reason.items()]
        await self._producer.send(
            dead_letter_topic(topic, self._group), record.key, record.value, headers
        )


def original_headers(record: Record) -> list[tuple[str, bytes]]:
    """The headers that the record had before it was a dead letter or a replay."""
    return [
        (key, value)
        for key, value in record.headers
        if not key.startswith(PREFIX) and key != TARGET_GROUP
    ]
