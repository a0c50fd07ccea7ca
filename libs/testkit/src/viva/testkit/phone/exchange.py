"""A SIP trunk on loopback with people behind it: a real stack (baresip) before their handsets.

One exchange at a time in a process, for the stack allows no more. Needs viva-testkit[sip].
"""

import asyncio
import contextlib
import re
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from baresip import Account, BaresipError, Call, Config, Event, Runtime, StackEvent, UserAgent

from viva.testkit.phone.carrier import Fate
from viva.testkit.phone.extension import Extension
from viva.testkit.phone.handset import Handset, ScriptedHandset

CODECS = {"PCMU": "pcmu", "PCMA": "pcma", "G722": "g722/16000/1", "OPUS": "opus/48000/1"}
_USER = re.compile(r"sips?:([^@;>]+)")
_HOST = "127.0.0.1"
_STATUS = {Fate.BUSY: "busy", Fate.REJECT: "busy", Fate.RING: "no-answer"}


@dataclass
class ExchangeCall:
    """One call that came from the trunk under test.

    Attributes:
        status: ringing, in-progress, completed, busy or no-answer.
        encrypted: whether its sound is (SDES).
        extension: once it is answered.
    """

    to: str
    handset: Handset
    status: str = "ringing"
    encrypted: bool = False
    extension: Extension | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def become(self, status: str) -> None:
        """Changes its status."""
        self.status = status
        self.changed.set()
        self.changed = asyncio.Event()


class SipExchange:
    """Answers calls to any number.

    Args:
        answer: gives the handset of whoever has a number; called for each call.
        codec: the only one that is offered.
        transport: `tls` needs `certificate`, a PEM file with certificate and key.
        srtp: whether sound must be encrypted.
        ahead_ms: how far ahead of the line its handsets speak: that late this process may be.

    Attributes:
        fates: what becomes of the next calls to a number, in turns; answered where it is empty.
        calls: all of them, oldest first.
    """

    def __init__(
        self,
        answer: Callable[[str], Handset] | None = None,
        *,
        codec: str = "PCMU",
        transport: Literal["udp", "tcp", "tls"] = "udp",
        srtp: bool = False,
        certificate: str = "",
        ahead_ms: int = 80,
    ) -> None:
        self._answer = answer or (lambda _number: ScriptedHandset())
        self._codec = codec
        self._transport = transport
        self._srtp = srtp
        self._certificate = certificate
        self._ahead_ms = ahead_ms
        self.fates: dict[str, list[Fate]] = {}
        self.calls: list[ExchangeCall] = []
        self._runtime = Runtime(native_log_level="error")
        self._agent: UserAgent | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self.port = 0

    async def __aenter__(self) -> Self:
        listen = _free_port()
        # The stack puts TLS on the port above the one that it is told.
        self.port = listen + 1 if self._transport == "tls" else listen
        await self._runtime.start(self._config(listen))
        extra = ("catchall=yes", *(("mediaenc=srtp-mand",) if self._srtp else ()))
        account = Account(
            user="exchange",
            domain=_HOST,
            password="",
            reg_interval=0,
            transport=self._transport,
            audio_codecs=(CODECS[self._codec],),
            extra_params=extra,
        )
        self._agent = await UserAgent.create(self._runtime, account, transfer_policy="reject")
        self._agent.on_incoming(self._incoming)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(BaresipError):
            await self._runtime.close()

    async def until(self, number: int) -> ExchangeCall:
        """Waits for the so many-th call, counted from 1."""
        while len(self.calls) < number:
            self._news.clear()
            await self._news.wait()
        return self.calls[number - 1]

    def _config(self, listen: int) -> Config:
        lines = [
            f"sip_listen {_HOST}:{listen}",
            f"sip_transports {self._transport}",
            "audio_jitter_buffer_type adaptive",
            "audio_jitter_buffer_ms 20-200",
            "opus_stereo no",
            "opus_sprop_stereo no",
        ]
        if self._certificate:
            lines.append(f"sip_certificate {self._certificate}")
        return Config(
            net_interface=_HOST,
            expose_headers=("To",),
            max_concurrent_calls=64,
            extra_config_text="\n".join(lines) + "\n",
        )

    def _incoming(self, call: Call) -> None:
        found = _USER.search({k.lower(): v for k, v in call.headers.items()}.get("to", ""))
        number = found.group(1) if found else ""
        waiting = self.fates.get(number, [])
        fate = waiting.pop(0) if waiting else Fate.ANSWER
        made = ExchangeCall(number, self._answer(number))
        self.calls.append(made)
        self._news.set()
        call.on(lambda event: self._happened(made, call, event))
        if fate in (Fate.BUSY, Fate.REJECT):
            made.become(_STATUS[fate])
            self._spawn(call.reject())
        elif fate is not Fate.RING:
            # An answer without video makes the stack send an INVITE again.
            self._spawn(call.answer(video=True))

    def _happened(self, made: ExchangeCall, call: Call, event: StackEvent) -> None:
        if event.event is Event.CALL_ESTABLISHED:
            made.become("in-progress")
            made.extension = Extension(call, made.handset, self._ahead_ms)
            self._spawn(made.extension.run())
        elif event.event is Event.CALL_MENC:
            made.encrypted = True
        elif event.event is Event.CALL_CLOSED:
            if made.status not in _STATUS.values():
                made.become("completed" if made.status == "in-progress" else "no-answer")
            made.handset.over()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _free_port() -> int:
    """A port that is free together with the one above it."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as first, socket.socket() as second:
            first.bind((_HOST, 0))
            port = int(first.getsockname()[1])
            with contextlib.suppress(OSError):
                second.bind((_HOST, port + 1))
                return port
