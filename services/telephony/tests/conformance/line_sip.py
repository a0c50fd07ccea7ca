"""The SIP trunk's line: workers with the real stack, and a small SIP peer on loopback."""

import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

from services.telephony.tests.conformance.far_end import Behaviour
from services.telephony.tests.sip.peer import SipPeer, SipPerson
from viva.telephony.adapters.sip.config import SipConfig
from viva.telephony.adapters.sip.trunk import SipTrunk

CALLER = "+4930555001"
CALLED = "+4930555002"


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def loopback_config(peer_port: int, **fields: object) -> SipConfig:
    """A trunk at a peer on loopback, on ports of its own."""
    listen = free_port()
    media = 20_000 + listen % 2_000 * 20
    return SipConfig(
        **{
            "name": "loopback",
            "domain": f"127.0.0.1:{peer_port}",
            "user": CALLED,
            "codecs": ("PCMU",),
            "listen": f"127.0.0.1:{listen}",
            "interface": "127.0.0.1",
            "rtp_ports": (media, media + 239),
            **fields,
        }
    )


@dataclass
class SipLine:
    """The suite's Line."""

    trunk: SipTrunk
    peer: SipPeer

    def next_call(self, behaviour: Behaviour) -> None:
        self.peer.behaviour = behaviour

    async def person(self) -> SipPerson:
        return await self.peer.person()

    async def call_in(self) -> None:
        await self.peer.call_in(CALLER, CALLED)


@contextlib.asynccontextmanager
async def open_line() -> AsyncIterator[SipLine]:
    peer = await SipPeer().open()
    config = loopback_config(peer.port)
    peer.trunk_address = ("127.0.0.1", int(config.listen.rsplit(":", 1)[1]))
    trunk = SipTrunk(config)
    await trunk.start()
    try:
        yield SipLine(trunk, peer)
    finally:
        await trunk.stop()
        peer.close()
