"""Webhooks and streams: only what the carrier signed, and only once."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from services.telephony.tests.conformance.line_twilio import TwilioLine, open_line
from viva.telephony.adapters.providers.twilio.signature import sign, verify
from viva.telephony.application.ports import CallLeg, DialOrder
from viva.telephony.domain.numbers import PhoneNumber
from viva.testkit.phone.carrier import ACCOUNT, TOKEN, CarrierCall
from viva.testkit.phone.signing import twilio_signature

ORDER = DialOrder("call_1", PhoneNumber("+4930555001"), PhoneNumber("+4930555002"))


@pytest_asyncio.fixture
async def line() -> AsyncIterator[TwilioLine]:
    async with open_line() as opened:
        opened.carrier.ring_s = 30  # nobody picks up: its webhooks are the test's
        yield opened


@pytest_asyncio.fixture
async def ringing(line: TwilioLine) -> tuple[CallLeg, CarrierCall]:
    leg = await line.trunk.dial(ORDER)
    return leg, await line.carrier.until(1)


def stream_url(call: CarrierCall) -> str:
    return call.form["Twiml"].split('url="')[1].split('"')[0]


def test_the_example_of_the_documents() -> None:
    """https://www.twilio.com/docs/usage/security: their URL, fields and token."""
    url = "https://example.com/myapp.php?foo=1&bar=2"
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    given = sign("12345", url, fields.items())
    assert given == twilio_signature("12345", url, fields)
    assert verify("12345", url, fields.items(), given)
    assert not verify("12345", url, (fields | {"To": "+18005551213"}).items(), given)
    assert not verify("other", url, fields.items(), given)


async def test_a_webhook_with_a_wrong_signature_changes_nothing(
    line: TwilioLine, ringing: tuple[CallLeg, CarrierCall]
) -> None:
    _leg, call = ringing
    url = call.form["StatusCallback"]
    refused = await line.carrier.post(call, url, {"CallStatus": "busy"}, token="stolen")
    assert refused.status_code == 403
    async with httpx.AsyncClient() as client:
        assert (await client.post(url, data={"CallStatus": "busy"})).status_code == 403
        body = {"AccountSid": "AC" + "f" * 32, "CallStatus": "busy"}
        headers = {"X-Twilio-Signature": twilio_signature(TOKEN, url, body)}
        assert (await client.post(url, data=body, headers=headers)).status_code == 403
        assert (await client.post(url, content=b"x" * 20_000)).status_code == 413
    assert not ringing[0].settled  # type: ignore[attr-defined]


async def test_a_webhook_for_another_url_is_refused(
    line: TwilioLine, ringing: tuple[CallLeg, CarrierCall]
) -> None:
    _leg, call = ringing
    fields = {"AccountSid": ACCOUNT, "CallStatus": "busy"}
    signed_elsewhere = twilio_signature(TOKEN, line.trunk.url("machine/x"), fields)
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            call.form["StatusCallback"],
            data=fields,
            headers={"X-Twilio-Signature": signed_elsewhere},
        )
    assert answer.status_code == 403


async def test_a_replayed_webhook_is_refused(
    line: TwilioLine, ringing: tuple[CallLeg, CarrierCall]
) -> None:
    leg, call = ringing
    url = call.form["StatusCallback"]
    assert (await line.carrier.post(call, url, {"CallStatus": "busy"})).status_code == 204
    assert leg.settled  # type: ignore[attr-defined]
    assert (await line.carrier.post(call, url, {"CallStatus": "busy"})).status_code == 410
    unknown = line.trunk.url("status/guessed")
    assert (await line.carrier.post(call, unknown, {"CallStatus": "busy"})).status_code == 410


async def test_an_inbound_webhook_rings_once(line: TwilioLine) -> None:
    call = await line.carrier.call_in("+4930555001", "+4930555002", line.trunk.url("voice"))
    fields = {"From": call.caller, "To": call.to}
    await line.carrier.until_status(call, "busy")
    again = await line.carrier.post(call, line.trunk.url("voice"), fields)
    assert again.status_code == 410


@pytest.mark.parametrize("token", ["stolen", ""])
async def test_a_stream_with_a_wrong_signature_is_refused(
    ringing: tuple[CallLeg, CarrierCall], token: str
) -> None:
    url = stream_url(ringing[1])
    headers = {"X-Twilio-Signature": twilio_signature(token, url, {})} if token else {}
    with pytest.raises(InvalidStatus) as caught:
        await connect(url, additional_headers=headers)
    assert caught.value.response.status_code == 403


async def test_a_stream_comes_once(ringing: tuple[CallLeg, CarrierCall]) -> None:
    url = stream_url(ringing[1])
    headers = {"X-Twilio-Signature": twilio_signature(TOKEN, url, {})}
    async with connect(url, additional_headers=headers):
        with pytest.raises(InvalidStatus) as caught:
            await connect(url, additional_headers=headers)
    assert caught.value.response.status_code == 403
    elsewhere = url.rsplit("/", 1)[0] + "/guessed"
    signed = {"X-Twilio-Signature": twilio_signature(TOKEN, elsewhere, {})}
    with pytest.raises(InvalidStatus):
        await connect(elsewhere, additional_headers=signed)


@pytest.mark.parametrize(
    "text",
    ["nonsense", "{}", '{"event":"media"}', '{"event":"start","start":{}}', "[1]", '"media"'],
)
async def test_a_stream_of_nonsense_ends_its_call_alone(
    line: TwilioLine, ringing: tuple[CallLeg, CarrierCall], text: str
) -> None:
    leg, call = ringing
    url = stream_url(call)
    headers = {"X-Twilio-Signature": twilio_signature(TOKEN, url, {})}
    async with connect(url, additional_headers=headers) as socket:
        await socket.send(text)
        await socket.wait_closed()
    await line.carrier.until_status(call, "canceled")
    assert leg.settled  # type: ignore[attr-defined]
