"""Real SIP calls on loopback: a trunk's workers here, baresip or sipp at the far end."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.telephony.tests.conformance.line_sip import loopback_config
from services.telephony.tests.conformance.sounds import PAUSE, share_found, warble
from services.telephony.tests.conformance.test_call_leg import Listener, listening, order
from services.telephony.tests.sip.sipp import sipp
from viva.audio.pcm import samples_in
from viva.telephony.adapters.sip.trunk import SipTrunk
from viva.telephony.application.ports import Digit, NotAnsweredError
from viva.telephony.domain.calls import NotAnswered
from viva.testkit.phone.exchange import ExchangeCall, SipExchange
from viva.testkit.phone.handset import ScriptedHandset

pytestmark = pytest.mark.real_time

IN_TIME_S = 60.0
ALL = ("PCMU", "PCMA", "G722", "OPUS")


@dataclass
class Talk:
    """An answered call, seen from both ends."""

    listener: Listener
    call: ExchangeCall
    handset: ScriptedHandset


@contextlib.asynccontextmanager
async def trunk_at(port: int, **fields: object) -> AsyncIterator[SipTrunk]:
    trunk = SipTrunk(loopback_config(port, **fields))
    await trunk.start()
    try:
        yield trunk
    finally:
        await trunk.stop()


@contextlib.asynccontextmanager
async def talking(exchange: SipExchange, **fields: object) -> AsyncIterator[Talk]:
    async with trunk_at(exchange.port, **fields) as trunk:
        leg = await trunk.dial(order())
        await asyncio.wait_for(leg.answered(), IN_TIME_S)
        call = await exchange.until(1)
        assert isinstance(call.handset, ScriptedHandset)
        async with listening(leg) as listener:
            yield Talk(listener, call, call.handset)


async def both_ways(talk: Talk) -> tuple[float, float]:
    """What share of what was said arrived, here and there."""
    said, played = warble(1.5, seed=1), warble(1.5, seed=2)
    await talk.handset.say(PAUSE + said + PAUSE * 3)
    await talk.listener.until_received(samples_in(2_300))
    await talk.listener.leg.play(played)
    await talk.listener.until_heard(len(played) // 2)
    await talk.handset.say(PAUSE * 3)
    return share_found(said, talk.listener.sound()), share_found(played, talk.handset.heard())


@pytest.mark.parametrize(
    ("codec", "agreed"),
    [
        ("PCMU", "G711/8000"),
        ("PCMA", "G711/8000"),
        ("G722", "G722/8000"),
        ("OPUS", "opus/48000/2"),
    ],
)
async def test_each_codec_carries_sound_both_ways(codec: str, agreed: str) -> None:
    async with SipExchange(codec=codec) as exchange, talking(exchange, codecs=ALL) as talk:
        here, there = await both_ways(talk)
        counters = talk.listener.leg.counters()
    assert min(here, there) > 0.7
    assert counters.codec == agreed


async def test_keys_of_a_real_telephone_come_in_order() -> None:
    async with SipExchange() as exchange, talking(exchange) as talk:
        await talk.handset.say(PAUSE)
        for digit in "1#":
            await talk.handset.press(digit)
        while len(found := [e for e in talk.listener.events if isinstance(e, Digit)]) < 2:
            await talk.handset.say(PAUSE)
    assert [event.digit for event in found] == ["1", "#"]


async def test_signalling_and_sound_are_encrypted_by_setting(tmp_path: Path) -> None:
    trusted = certificate(tmp_path / "trunk.pem")
    async with (
        SipExchange(transport="tls", srtp=True, certificate=str(trusted)) as exchange,
        talking(
            exchange,
            transport="tls",
            srtp="required",
            ca_file=str(trusted),
            certificate=str(trusted),
        ) as talk,
    ):
        here, there = await both_ways(talk)
        assert talk.call.encrypted
    assert min(here, there) > 0.7


async def test_a_trunk_with_a_certificate_of_somebody_else_is_not_called(tmp_path: Path) -> None:
    theirs, trusted = certificate(tmp_path / "theirs.pem"), certificate(tmp_path / "trusted.pem")
    async with (
        SipExchange(transport="tls", srtp=True, certificate=str(theirs)) as exchange,
        trunk_at(
            exchange.port,
            transport="tls",
            srtp="required",
            ca_file=str(trusted),
            certificate=str(trusted),
        ) as trunk,
    ):
        leg = await trunk.dial(order(ring_s=5.0))
        with pytest.raises(NotAnsweredError):
            await asyncio.wait_for(leg.answered(), IN_TIME_S)
        assert not exchange.calls


async def test_a_line_without_encryption_is_not_used_where_it_is_required(tmp_path: Path) -> None:
    trusted = certificate(tmp_path / "trunk.pem")
    async with (
        SipExchange(transport="tls", certificate=str(trusted)) as exchange,
        trunk_at(
            exchange.port,
            transport="tls",
            srtp="required",
            ca_file=str(trusted),
            certificate=str(trusted),
        ) as trunk,
    ):
        leg = await trunk.dial(order(ring_s=5.0))
        with pytest.raises(NotAnsweredError):
            await asyncio.wait_for(leg.answered(), IN_TIME_S)


async def test_a_trunk_that_asks_for_a_digest_carries_sound_both_ways(tmp_path: Path) -> None:
    """sipp sends back what it hears."""
    said = warble(1.5)
    async with (
        sipp("digest_echo.xml", tmp_path, "-rtp_echo") as port,
        trunk_at(port, login="viva", password="geheim", codecs=("PCMU", "PCMA")) as trunk,
    ):
        leg = await trunk.dial(order())
        await asyncio.wait_for(leg.answered(), IN_TIME_S)
        async with listening(leg) as listener:
            await leg.play(said + PAUSE * 3)
            await listener.until_heard((len(said) + 3 * len(PAUSE)) // 2)
            await listener.until_received(samples_in(2_300))
    assert share_found(said, listener.sound()) > 0.7


async def test_a_wrong_password_is_a_refusal(tmp_path: Path) -> None:
    async with (
        sipp("digest_echo.xml", tmp_path) as port,
        trunk_at(port, login="viva", password="falsch") as trunk,
    ):
        leg = await trunk.dial(order())
        with pytest.raises(NotAnsweredError) as refused:
            await asyncio.wait_for(leg.answered(), IN_TIME_S)
        assert refused.value.why is NotAnswered.REJECTED


def certificate(path: Path) -> Path:
    """A self-signed one of 127.0.0.1, with its key in the same file."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(path.with_suffix(".key")), "-out", str(path)),
        ],
        check=True,
        capture_output=True,
    )
    path.write_text(path.with_suffix(".key").read_text() + path.read_text())
    return path
