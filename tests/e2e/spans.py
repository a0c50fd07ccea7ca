"""The spans that a running Viva sends, collected by a real OTLP receiver."""

import asyncio
from typing import Any, Self

from oteltap import OtelTapHttpProtobufReceiver, OtelTapHttpProtobufReceiverSettings

from viva.platform.embedded.broker import free_port


class Spans:
    """Keeps all spans that came."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.all: list[Any] = []
        self._receiver = OtelTapHttpProtobufReceiver(
            OtelTapHttpProtobufReceiverSettings(http_port=port)
        )
        self._keeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._receiver.start()
        self._keeping = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        await self._receiver.stop()

    def of_trace(self, trace_id: str) -> list[Any]:
        """All spans of one trace, by its hexadecimal id."""
        return [span for span in self.all if span.trace_id.hex() == trace_id]

    async def _keep(self) -> None:
        async for span in self._receiver.stream_traces():
            self.all.append(span)
