"""What a SIP trunk lets nobody hear, and makes nobody pay: encryption on the wire, no relaying."""

import asyncio
from pathlib import Path

import pytest

from services.telephony.tests.conformance.far_end import Behaviour
from services.telephony.tests.conformance.sounds import PAUSE, share_found, warble
from services.telephony.tests.conformance.test_call_leg import CALLEE, CALLER, order
from services.telephony.tests.integration.test_sip_calls import certificate
from services.telephony.tests.integration.test_sip_trunk import (
    IN_TIME_S,
    answered,
    call,
    peer_and_trunk,
)
from services.telephony.tests.sip.peer import SipPeer
from services.telephony.tests.sip.rtp import heard_as_mulaw
from services.telephony.tests.sip.srtp import SrtpPeer, SrtpPerson
from viva.telephony.application.ports import NotAnsweredError

pytestmark = pytest.mark.real_time

EXPENSIVE = "+19005550100"


async def test_an_encrypted_call_is_sound_for_whoever_has_the_keys_alone(tmp_path: Path) -> None:
    said, played = warble(1.5, seed=1), warble(1.5, seed=2)
    trusted = certificate(tmp_path / "trunk.pem")
    secured = {"transport": "tls", "srtp": "required"}
    files = {"ca_file": str(trusted), "certificate": str(trusted)}
    peer = SrtpPeer(trusted)
    async with (
        peer_and_trunk(peer, **secured, **files) as trunk,
        call(trunk, peer) as (listener, person),
    ):
        await person.say(PAUSE + said + PAUSE * 3)
        await listener.leg.play(played)
        await listener.until_heard(len(played) // 2)
        await person.say(PAUSE * 3)
    rtp = person.rtp
    assert isinstance(rtp, SrtpPerson)
    assert share_found(said, listener.sound()) > 0.7
    assert share_found(played, person.heard()) > 0.7
    assert rtp.forged == 0
    assert len(rtp.wire) >= len(rtp.heard_ulaw) > 8_000
    assert share_found(played, heard_as_mulaw(bytes(rtp.wire))) == 0


async def test_the_trunks_number_is_shown_and_the_account_is_not() -> None:
    peer = SipPeer()
    async with peer_and_trunk(peer, user="acct-7f3a", password="geheim") as trunk:
        await answered(trunk)
    [invite] = peer.invites
    assert f"sip:{CALLER.e164}@" in invite.one("from")
    assert f"sip:{CALLEE.e164}@" in invite.first
    assert "acct-7f3a" not in str(invite)


async def test_who_wants_us_to_call_somebody_is_refused() -> None:
    peer = SipPeer()
    async with peer_and_trunk(peer) as trunk, call(trunk, peer) as (listener, person):
        target = f"Refer-To: <sip:{EXPENSIVE}@127.0.0.1:{peer.port}>"
        peer.send_request("REFER", person, 5, "", target)
        async with asyncio.timeout(IN_TIME_S):
            while not any(notice.startswith("SIP/2.0 603") for notice in peer.notices):
                await person.say(PAUSE)
        await person.say(PAUSE * 5)
        assert listener.leg.over is False  # type: ignore[attr-defined]
    assert len(peer.invites) == 1


async def test_a_trunk_that_points_elsewhere_is_not_followed() -> None:
    peer = SipPeer()
    peer.behaviour, peer.refusal = Behaviour.REJECT, "302 Moved Temporarily"
    peer.moved_to = EXPENSIVE
    async with peer_and_trunk(peer) as trunk:
        leg = await trunk.dial(order())
        with pytest.raises(NotAnsweredError):
            await asyncio.wait_for(leg.answered(), IN_TIME_S)
        await asyncio.sleep(0.5)
    assert len({invite.one("call-id") for invite in peer.invites}) == 1
    assert not any(EXPENSIVE in invite.first for invite in peer.invites)
