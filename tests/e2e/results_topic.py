"""The public topic as an integrator reads it: a plain consumer, nothing of ours."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Self

from aiokafka import AIOKafkaConsumer

TOPIC = "interview.results.v1"


@dataclass(frozen=True)
class Result:
    """One record: its CloudEvents attributes, its key and the JSON document."""

    key: str
    attributes: dict[str, str]
    document: dict[str, Any]


class ResultsTopic:
    """Keeps all records of the topic from its beginning."""

    def __init__(self, bootstrap: str) -> None:
        self.records: list[Result] = []
        self._consumer = AIOKafkaConsumer(
            TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50
        )
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._reading:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        await self._consumer.stop()

    def of(self, interview_id: str) -> list[Result]:
        """The records of one interview, each event once, as consumers are told to read them."""
        seen: dict[str, Result] = {}
        for record in self.records:
            if record.key == interview_id:
                seen.setdefault(record.attributes["ce_id"], record)
        return list(seen.values())

    async def _read(self) -> None:
        async for record in self._consumer:
            try:
                attributes = {name: value.decode() for name, value in record.headers}
                document = json.loads(record.value)
            except ValueError:
                continue  # a test wrote it, to see that consumers go on
            self.records.append(Result((record.key or b"").decode(), attributes, document))
