"""The telephone network of these tests: a carrier, a SIP trunk, the same one over a bad network."""

import asyncio
import json
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.e2e.rough_line import RoughLine
from viva.testkit.phone.carrier import ACCOUNT, TOKEN, Fate, LoopbackCarrier
from viva.testkit.phone.exchange import SipExchange
from viva.testkit.phone.handset import Handset, ScriptedHandset

PickUp = Callable[[], Handset]
MAIN, SIP, ROUGH = "main", "sip", "rough"
_SLOTS = 8
_CALLER = "+4930555999"
_LIVE = {"queued", "ringing", "in-progress"}
_OVER_S = 60
# Four candidates and their voices share this process's thread; 130 ms late were seen when quiet.
_AHEAD_MS = 300


@dataclass
class Phones:
    """Who has which number."""

    _people: dict[str, PickUp] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.carrier = LoopbackCarrier(self.answer)
        self.exchange = SipExchange(self.answer, codec="PCMA", ahead_ms=_AHEAD_MS)
        self.rough = RoughLine()

    def add(self, pick_up: PickUp, *fates: Fate) -> str:
        """Gives somebody a number, and their first calls a fate, whichever way they come."""
        number = f"+4930555{len(self._people):04d}"
        self._people[number] = pick_up
        self.carrier.fates[number] = self.exchange.fates[number] = list(fates)
        return number

    def answer(self, number: str) -> Handset:
        """Picks up."""
        return self._people.get(number, ScriptedHandset)()

    def gaps(self, number: str) -> int:
        """How often somebody's telephone had nothing to send because this process was late."""
        calls = [call for call in self.exchange.calls if call.to == number]
        return sum(call.extension.gaps for call in calls if call.extension)

    async def calls_to(self, number: str) -> list[str]:
        """What became of the calls to a number; a verdict may be there before its line is let go.

        Raises:
            TimeoutError: one goes on.
        """
        calls = [call for call in (*self.carrier.calls, *self.exchange.calls) if call.to == number]
        async with asyncio.timeout(_OVER_S):
            for call in calls:
                while call.status in _LIVE:
                    await call.changed.wait()
        return [call.status for call in calls]

    def settings(self, port: int) -> dict[str, str]:
        """Of a Viva whose telephony listens there."""
        every = {"caller": _CALLER, "calls_per_second": 20, "slots": _SLOTS}
        twilio = every | {
            "kind": "twilio",
            "name": MAIN,
            "account": ACCOUNT,
            "token": TOKEN,
            "api_url": self.carrier.url,
            "public_url": f"http://127.0.0.1:{port}",
            "machine_detection": False,
        }
        trunks = [twilio, every | self._sip(SIP, self.exchange.port)]
        if self.rough.port:
            trunks.append(every | self._sip(ROUGH, self.rough.port))
        seconds = {"BUSY": 1, "NO_ANSWER": 1, "VOICEMAIL": 1, "REJECTED": 1, "RING": 2}
        return {
            "VIVA_GATEWAY_PHONE_TRUNK_CONFIGURED": "true",
            "VIVA_TELEPHONY_TRUNKS": json.dumps(trunks),
            "VIVA_TELEPHONY_CALL_BACK_S": "0.5",
            **{f"VIVA_TELEPHONY_{name}_S": str(value) for name, value in seconds.items()},
        }

    def _sip(self, name: str, port: int) -> dict[str, object]:
        """A trunk whose provider is at a port."""
        media = _free_udp(4 * _SLOTS + 1)
        return {
            "kind": "sip",
            "name": name,
            "domain": f"127.0.0.1:{port}",
            "interface": "127.0.0.1",
            "listen": f"127.0.0.1:{media + 4 * _SLOTS}",
            "rtp_ports": [media, media + 4 * _SLOTS - 1],
            "codecs": ["PCMU", "PCMA"],
        }


@asynccontextmanager
async def opened_phones(*, rough: bool = False) -> AsyncIterator[Phones]:
    """A network that works; with `rough`, one trunk of it badly."""
    phones = Phones()
    async with phones.carrier, phones.exchange:
        try:
            if rough:
                await phones.rough.open(phones.exchange.port)
            yield phones
        finally:
            phones.rough.close()


def _free_udp(count: int) -> int:
    """The first of so many ports in a row that nobody has; anywhere, for others look, too."""
    blocks = list(range(33_000, 60_000, 64))
    for first in random.sample(blocks, len(blocks)):
        try:
            for port in range(first, first + count):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise OSError("no free ports for media")
