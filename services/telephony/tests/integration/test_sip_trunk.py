"""A SIP trunk against sipp, against bad networks, strangers and dying workers."""

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.telephony.tests.conformance.line_sip import CALLER, free_port, loopback_config
from services.telephony.tests.conformance.sounds import PAUSE, find, warble
from services.telephony.tests.conformance.test_call_leg import Listener, listening, order
from services.telephony.tests.sip.peer import SipPeer, SipPerson
from services.telephony.tests.sip.rtp import perfect, rough
from services.telephony.tests.sip.sipp import sipp
from viva.audio.pcm import samples_in
from viva.platform.errors import BackpressureError, TransientError
from viva.telephony.adapters.sip import link
from viva.telephony.adapters.sip.leg import SipLeg
from viva.telephony.adapters.sip.trunk import SipTrunk
from viva.telephony.application.ports import Ended, Frame, InboundCall, NotAnsweredError
from viva.telephony.domain.calls import HangUp, NotAnswered

pytestmark = pytest.mark.real_time

IN_TIME_S = 60.0


@contextlib.asynccontextmanager
async def trunk_at(port: int, **fields: object) -> AsyncIterator[SipTrunk]:
    trunk = SipTrunk(loopback_config(port, **fields))
    await trunk.start()
    try:
        yield trunk
    finally:
        await trunk.stop()


@contextlib.asynccontextmanager
async def peer_and_trunk(peer: SipPeer, **fields: object) -> AsyncIterator[SipTrunk]:
    await peer.open()
    try:
        async with trunk_at(peer.port, **fields) as trunk:
            yield trunk
    finally:
        peer.close()


async def answered(trunk: SipTrunk) -> SipLeg:
    leg = await trunk.dial(order())
    await asyncio.wait_for(leg.answered(), IN_TIME_S)
    return leg


@contextlib.asynccontextmanager
async def call(trunk: SipTrunk, peer: SipPeer) -> AsyncIterator[tuple[Listener, SipPerson]]:
    async with listening(await answered(trunk)) as listener:
        yield listener, await peer.person()


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("486 Busy Here", NotAnswered.BUSY),
        ("480 Temporarily Unavailable", NotAnswered.NO_ANSWER),
        ("404 Not Found", NotAnswered.REJECTED),
        ("503 Service Unavailable", NotAnswered.FAILED),
    ],
)
async def test_sipps_refusals_are_told_apart(tmp_path: Path, status: str, why: NotAnswered) -> None:
    async with (
        sipp("refuse.xml", tmp_path, status=status) as port,
        trunk_at(port) as trunk,
    ):
        leg = await trunk.dial(order())
        with pytest.raises(NotAnsweredError) as refused:
            await asyncio.wait_for(leg.answered(), IN_TIME_S)
        assert (refused.value.why, refused.value.detail) == (why, status)


async def test_a_digest_is_right_by_the_books() -> None:
    peer = SipPeer(password="geheim")
    async with peer_and_trunk(peer, login="viva", password="geheim") as trunk:
        await answered(trunk)
    assert peer.authorised[-1]


async def test_garbage_on_the_media_port_harms_nobody() -> None:
    said, peer, chance = warble(1.5), SipPeer(), random.Random(5)
    async with peer_and_trunk(peer) as trunk, call(trunk, peer) as (listener, person):
        for size in [0, 1, 11, 12, 13, 172, 1400, *(chance.randrange(1, 1500) for _ in range(300))]:
            person.rtp.throw(chance.randbytes(size))
        for version_and_kind in (b"\x80\x7f", b"\x80\xc8", b"\x90\x00", b"\xbf\x00"):
            person.rtp.throw(version_and_kind + chance.randbytes(170))
        await person.say(PAUSE * 2 + said + PAUSE * 2)
        await listener.until_received(samples_in(2_000))
        await listener.leg.play(PAUSE)
    assert find(said, listener.sound())[0] > 0.8


async def test_a_line_that_goes_dead_ends_the_leg() -> None:
    peer = SipPeer()
    async with (
        peer_and_trunk(peer, rtp_timeout_s=2) as trunk,
        call(trunk, peer) as (listener, person),
    ):
        await person.say(PAUSE)
        person.rtp.close()
        assert await listener.until_event(Ended) == Ended(HangUp.LINE)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_worker_that_dies_or_hangs_ends_its_legs_and_is_started_again(
    blow: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "_SILENT_S", 4.0)
    peer = SipPeer()
    async with peer_and_trunk(peer) as trunk:
        async with call(trunk, peer) as (listener, person):
            await person.say(PAUSE)
            [before] = trunk.worker_pids
            os.kill(before, blow)
            assert await listener.until_event(Ended) == Ended(HangUp.LINE)
        leg = None
        for _ in range(100):
            await asyncio.sleep(0.2)
            with contextlib.suppress(TransientError):
                leg = await answered(trunk)
                break
        assert leg is not None
        assert trunk.worker_pids != [before]


async def test_strangers_are_not_answered() -> None:
    peer, rang = SipPeer(), asyncio.Event()

    async def take(inbound: InboundCall) -> None:
        rang.set()
        await inbound.reject()

    async with peer_and_trunk(peer) as trunk:
        trunk.on_inbound(take)
        listen = int(trunk.listens[0].rsplit(":", 1)[1])
        invite = (
            f"INVITE sip:+4930555002@127.0.0.1:{listen} SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 127.0.0.2:5099;branch=z9hG4bKx\r\n"
            f"From: <sip:{CALLER}@127.0.0.1>;tag=1\r\nTo: <sip:+4930555002@127.0.0.1>\r\n"
            "Call-ID: stranger\r\nCSeq: 1 INVITE\r\nContact: <sip:x@127.0.0.2:5099>\r\n"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        loop = asyncio.get_running_loop()
        stranger, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.2", 0)
        )
        stranger.sendto(invite.encode(), ("127.0.0.1", listen))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(rang.wait(), 1.0)
        stranger.close()
        peer.trunk_address = ("127.0.0.1", listen)
        await peer.call_in(CALLER, "+4930555002")
        await asyncio.wait_for(rang.wait(), IN_TIME_S)


async def test_a_full_trunk_takes_no_more_calls() -> None:
    peer = SipPeer()
    async with peer_and_trunk(peer, calls=2) as trunk:
        for _ in range(2):
            await answered(trunk)
        with pytest.raises(BackpressureError):
            await trunk.dial(order())


async def test_calls_are_spread_over_workers() -> None:
    peer = await SipPeer().open()
    trunk = SipTrunk(loopback_config(peer.port, calls=1), workers=2)
    await trunk.start()
    try:
        for number in range(2):
            leg = await trunk.dial(order(f"call_{number}"))
            await asyncio.wait_for(leg.answered(), IN_TIME_S)
        with pytest.raises(BackpressureError):
            await trunk.dial(order())
        from_ports = {invite.one("via").split(";")[0] for invite in peer.invites}
        assert len(from_ports) == len(set(trunk.worker_pids)) == 2
    finally:
        await trunk.stop()
        peer.close()


async def test_thirty_calls_end_at_once() -> None:
    peer = SipPeer()
    async with peer_and_trunk(peer) as trunk:
        legs = [await trunk.dial(order(f"call_{n}")) for n in range(30)]
        await asyncio.wait_for(asyncio.gather(*(leg.answered() for leg in legs)), IN_TIME_S)
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(leg.hang_up() for leg in legs))
        await asyncio.wait_for(asyncio.gather(*(p.hung_up() for p in peer.people)), 10)
        assert len(peer.people) == 30
        assert asyncio.get_running_loop().time() - began < 5


async def test_a_trunk_that_registers_says_when_it_does_not() -> None:
    told: asyncio.Queue[str | None] = asyncio.Queue()
    nobody = free_port()
    trunk = SipTrunk(loopback_config(nobody, register=60), told=told.put_nowait)
    await trunk.start()
    try:
        assert await asyncio.wait_for(told.get(), IN_TIME_S)
    finally:
        await trunk.stop()
    peer = await SipPeer(network=perfect).open()
    trunk = SipTrunk(loopback_config(peer.port, register=60), told=told.put_nowait)
    await trunk.start()
    try:
        assert await asyncio.wait_for(told.get(), IN_TIME_S) is None
        assert any(line.startswith("REGISTER ") for line in peer.seen)
    finally:
        await trunk.stop()
        peer.close()


async def test_five_percent_loss_and_40_ms_jitter_keep_words_and_clock() -> None:
    """Lost packets are filled in, so that each piece of speech is there, and where it was."""
    said, peer = warble(6.0), SipPeer(network=rough(loss=0.05, jitter_s=0.04))
    async with peer_and_trunk(peer) as trunk, call(trunk, peer) as (listener, person):
        await person.say(PAUSE * 5)
        await person.say(said + PAUSE * 8)  # the worker counts once a second
        counters = listener.leg.counters()
    piece, heard = 2 * samples_in(300), timeline(listener.frames)
    found = [(at, *find(said[at : at + piece], heard)) for at in range(0, len(said), piece)]
    places = sorted(place - at // 2 for at, likeness, place in found if likeness > 0.55)
    assert len(places) >= 0.7 * len(found), "most pieces of speech are found again"
    assert places[-1] - places[0] <= samples_in(160)
    lost = person.rtp.lost_packets / person.rtp.sent_packets
    assert 0.02 < lost < 0.09
    assert counters.concealed_packets + counters.missing_samples // 320 > 0.3 * (
        person.rtp.lost_packets
    )


def timeline(frames: list[Frame]) -> bytes:
    """What came, each at its position."""
    sound = bytearray(2 * (frames[-1].position) + len(frames[-1].pcm))
    for frame in frames:
        sound[2 * frame.position : 2 * frame.position + len(frame.pcm)] = frame.pcm
    return bytes(sound)
