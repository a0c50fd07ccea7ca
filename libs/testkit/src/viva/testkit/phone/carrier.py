"""A carrier on loopback that speaks Twilio's REST API, webhooks and media streams.

What it cannot know from the documents it does as Twilio was seen to do: marks come back when what
was before them has been played, and at once when it is cleared; silence fills what is not sent.
"""

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Self
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from viva.platform.clock import SystemClock
from viva.platform.health import Health
from viva.platform.http import HttpServer
from viva.testkit.phone.handset import Handset, ScriptedHandset
from viva.testkit.phone.signing import twilio_signature
from viva.testkit.phone.stream import MediaStream

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "loopback-token"  # noqa: S105 - opens nothing
_CREATED = 201
_OVER = {"completed", "busy", "no-answer", "failed", "canceled"}


class Fate(Enum):
    """What becomes of a call to a number."""

    ANSWER = "answer"
    BUSY = "busy"
    RING = "ring"  # until the order's time is over
    REJECT = "reject"
    INVALID = "invalid"  # the API refuses the number at once
    OVERLOAD = "overload"  # the API takes the order and answers 503


@dataclass
class CarrierCall:
    """One call as the carrier sees it."""

    sid: str
    to: str
    caller: str
    form: dict[str, str]
    handset: Handset
    status: str = "queued"
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    hang_up: asyncio.Event = field(default_factory=asyncio.Event)
    posts: int = 0

    def become(self, status: str) -> None:
        """Changes its status; a call that is over stays so."""
        if self.status not in _OVER:
            self.status = status
            self.changed.set()
            self.changed = asyncio.Event()

    def document(self) -> dict[str, Any]:
        """As the API shows it."""
        return {"sid": self.sid, "to": self.to, "from": self.caller, "status": self.status}


class LoopbackCarrier:
    """Serves the API on a free port; calls people in this process.

    Args:
        answer: gives the handset of whoever has a number; called for each answered call.

    Attributes:
        fates: what becomes of the next calls to a number, in turns; answered where it is empty.
        calls: all of them, oldest first.
        lists: how often somebody asked what is under way.
    """

    def __init__(self, answer: Callable[[str], Handset] | None = None) -> None:
        self._answer = answer or (lambda _number: ScriptedHandset())
        self.fates: dict[str, list[Fate]] = {}
        self.calls: list[CarrierCall] = []
        self.ring_s = 0.05
        self.lists = 0
        self._numbers = itertools.count(1)
        self._running: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._server: HttpServer | None = None
        self._client = httpx.AsyncClient(timeout=15)
        self.url = ""

    async def __aenter__(self) -> Self:
        base = f"/2010-04-01/Accounts/{ACCOUNT}"
        app = Starlette(
            routes=[
                Route(f"{base}/Calls.json", self._create, methods=["POST"]),
                Route(f"{base}/Calls.json", self._list, methods=["GET"]),
                Route(f"{base}/Calls/{{sid}}.json", self._update, methods=["POST"]),
                Route(f"{base}/Calls/{{sid}}.json", self._show, methods=["GET"]),
            ]
        )
        health = Health("carrier", SystemClock())
        health.started = True
        self._server = HttpServer("127.0.0.1", 0, health)
        self._server.mount(app)
        await self._server.start()
        self.url = f"http://127.0.0.1:{self._server.port}"
        return self

    async def __aexit__(self, *_exc: object) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._client.aclose()
        if self._server:
            await self._server.stop()

    async def call_in(self, caller: str, to: str, voice_url: str) -> CarrierCall:
        """Somebody calls a number whose webhook is `voice_url`."""
        call = self._new(to, caller, {}, self._answer(caller))
        call.become("ringing")
        self._spawn(self._inbound(call, voice_url))
        return call

    async def until_status(self, call: CarrierCall, status: str) -> None:
        """Waits until a call has this status."""
        async with asyncio.timeout(60):
            while call.status != status:
                await call.changed.wait()

    async def until(self, number: int) -> CarrierCall:
        """Waits for the so many-th call, counted from 1."""
        while len(self.calls) < number:
            self._news.clear()
            await self._news.wait()
        return self.calls[number - 1]

    # The API.

    async def _create(self, request: Request) -> Response:
        if not _authorized(request):
            return JSONResponse({"code": 20003}, 401)
        values = await _form(request)
        to, caller = values["To"], values["From"]
        fate = self._next_fate(to)
        if fate is Fate.INVALID:
            return JSONResponse({"code": 21217, "message": "not a valid number"}, 400)
        call = self._new(to, caller, values, self._answer(to))
        self._spawn(self._outbound(call, fate))
        if fate is Fate.OVERLOAD:
            return Response(status_code=503)
        return JSONResponse(call.document(), _CREATED)

    async def _list(self, request: Request) -> Response:
        if not _authorized(request):
            return JSONResponse({"code": 20003}, 401)
        self.lists += 1
        to, caller = request.query_params.get("To"), request.query_params.get("From")
        found = [c.document() for c in self.calls if (c.to, c.caller) == (to, caller)]
        return JSONResponse({"calls": found})

    async def _show(self, request: Request) -> Response:
        call = self._found(request)
        return JSONResponse(call.document()) if call else Response(status_code=404)

    async def _update(self, request: Request) -> Response:
        call = self._found(request)
        if call is None or not _authorized(request):
            return Response(status_code=404)
        form = await _form(request)
        if form.get("Status") in {"completed", "canceled"}:
            call.hang_up.set()
        return JSONResponse(call.document())

    # The network.

    async def _outbound(self, call: CarrierCall, fate: Fate) -> None:
        call.become("ringing")
        await self._tell(call)
        if fate in (Fate.BUSY, Fate.REJECT):
            await self._finish(call, "busy" if fate is Fate.BUSY else "failed")
            return
        ring_s = float(call.form["Timeout"]) if fate is Fate.RING else self.ring_s
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ring_s):
                await call.hang_up.wait()
        if call.hang_up.is_set():
            await self._finish(call, "canceled")
        elif fate is Fate.RING:
            await self._finish(call, "no-answer")
        else:
            call.become("in-progress")
            await self._tell(call)
            await self._talk(call, call.form["Twiml"])

    async def _inbound(self, call: CarrierCall, voice_url: str) -> None:
        fields = {"From": call.caller, "To": call.to, "CallStatus": "ringing"}
        answer = await self.post(call, voice_url, fields)
        twiml = answer.text if answer.is_success else "<Response/>"
        if "<Reject" in twiml or "<Connect>" not in twiml:
            await self._finish(call, "busy")
        else:
            call.become("in-progress")
            await self._talk(call, twiml)

    async def _talk(self, call: CarrierCall, twiml: str) -> None:
        stream = ET.fromstring(twiml).find("./Connect/Stream")  # noqa: S314 - our own
        limit_s = float(call.form.get("TimeLimit", 14_400))
        if stream is not None:
            media = MediaStream(stream.attrib["url"], ACCOUNT, TOKEN, call.sid, call.handset)
            talking = asyncio.create_task(media.run())
            ended = asyncio.create_task(call.hang_up.wait())
            try:
                await asyncio.wait(
                    [talking, ended], timeout=limit_s, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                for task in (talking, ended):
                    task.cancel()
                await asyncio.gather(talking, ended, return_exceptions=True)
        await self._finish(call, "completed")

    async def _finish(self, call: CarrierCall, status: str) -> None:
        call.become(status)
        call.handset.over()
        await self._tell(call)

    async def _tell(self, call: CarrierCall) -> None:
        if url := call.form.get("StatusCallback"):
            with contextlib.suppress(httpx.HTTPError):
                await self.post(call, url, {"CallStatus": call.status})

    async def say_machine(self, call: CarrierCall) -> None:
        """Tells what asynchronous machine detection found."""
        await self.post(call, call.form["AsyncAmdStatusCallback"], {"AnsweredBy": "machine_start"})

    async def post(
        self, call: CarrierCall, url: str, fields: dict[str, str], token: str = TOKEN
    ) -> httpx.Response:
        """Posts a signed webhook."""
        call.posts += 1
        own = {"AccountSid": ACCOUNT, "CallSid": call.sid, "SequenceNumber": str(call.posts)}
        form = own | fields
        headers = {"X-Twilio-Signature": twilio_signature(token, url, form)}
        return await self._client.post(url, data=form, headers=headers)

    def _new(self, to: str, caller: str, form: dict[str, str], handset: Handset) -> CarrierCall:
        call = CarrierCall("CA" + secrets.token_hex(16), to, caller, form, handset)
        self.calls.append(call)
        self._news.set()
        return call

    def _next_fate(self, number: str) -> Fate:
        waiting = self.fates.get(number, [])
        return waiting.pop(0) if waiting else Fate.ANSWER

    def _found(self, request: Request) -> CarrierCall | None:
        sid = request.path_params["sid"]
        return next((call for call in self.calls if call.sid == sid), None)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _authorized(request: Request) -> bool:
    given = httpx.BasicAuth(ACCOUNT, TOKEN)._auth_header  # noqa: SLF001 - as a client writes it
    return request.headers.get("authorization") == given
