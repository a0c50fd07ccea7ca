"""An endpoint that takes webhooks: keeps what came, fails when it is told to, checks signatures."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import uvicorn
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from viva.platform.embedded.broker import free_port


@dataclass(frozen=True)
class Delivery:
    """One try of one webhook."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    answered: int
    at: float = field(default_factory=time.monotonic)

    @property
    def id(self) -> str:
        """`webhook-id`: the same in every try of one event."""
        return self.headers["webhook-id"]

    @property
    def payload(self) -> dict[str, Any]:
        """The body: type, timestamp, data."""
        payload: dict[str, Any] = json.loads(self.body)
        return payload

    def verified(self, secret: str) -> dict[str, Any]:
        """The body, once the reference library has checked its signature.

        Raises:
            standardwebhooks.WebhookVerificationError: it is not signed by this secret.
        """
        # Signed again rather than verified: that refuses what came more than five minutes ago.
        sent_at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), tz=UTC)
        expected = Webhook(secret).sign(self.id, sent_at, self.body.decode())
        if expected not in self.headers["webhook-signature"].split():
            raise WebhookVerificationError("not signed by this secret")
        return self.payload


class WebhookSink:
    """An HTTP server on a free port of the loopback; each path is an endpoint of its own."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.deliveries: list[Delivery] = []
        self._failures: defaultdict[str, list[int]] = defaultdict(list)
        self._came = asyncio.Condition()
        app = Starlette(routes=[Route("/{path:path}", self._take, methods=["POST"])])
        self._server = uvicorn.Server(
            uvicorn.Config(app, port=port, lifespan="off", log_config=None, access_log=False)
        )
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._serving = asyncio.create_task(self._server._serve())  # noqa: SLF001 - no signals
        while not self._server.started:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._server.should_exit = True
        if self._serving:
            await self._serving

    def fail(self, path: str, *statuses: int) -> None:
        """Answers the next tries to a path with these statuses."""
        self._failures[path].extend(statuses)

    def of(self, interview_id: str, path: str = "") -> list[Delivery]:
        """What came about one interview, in order."""
        return [
            found
            for found in self.deliveries
            if found.payload["data"]["id"] == interview_id and (not path or found.path == path)
        ]

    async def until(
        self, found: Callable[[], Any], timeout_s: float = 60, what: str = "webhook"
    ) -> Any:
        """Waits until `found()` gives something true, and returns it.

        Raises:
            TimeoutError: it did not in time.
        """
        async with self._came:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._came.wait_for(lambda: bool(found()))
            except TimeoutError:
                came = [(item.path, item.payload["type"]) for item in self.deliveries]
                raise TimeoutError(f"no {what} within {timeout_s} s; came: {came}") from None
            return found()

    async def _take(self, request: Request) -> Response:
        path = request.url.path
        waiting = self._failures[path]
        status = waiting.pop(0) if waiting else 204
        body = await request.body()
        async with self._came:
            self.deliveries.append(Delivery(path, dict(request.headers), body, status))
            self._came.notify_all()
        return Response(status_code=status)
