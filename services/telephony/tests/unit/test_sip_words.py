"""SIP's statuses, closing words and addresses in our words."""

import asyncio
import logging

import pytest

from viva.telephony.adapters.sip import wire
from viva.telephony.adapters.sip.config import SipConfig
from viva.telephony.adapters.sip.inbound import number_of
from viva.telephony.adapters.sip.outcomes import status_of, why_ended, why_not_answered
from viva.telephony.adapters.sip.wire import Kind
from viva.telephony.adapters.sip.worker.guard import host_of
from viva.telephony.adapters.sip.worker.logs import mask, worth_a_line
from viva.telephony.domain.calls import HangUp, NotAnswered


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (486, NotAnswered.BUSY),
        (600, NotAnswered.BUSY),
        (408, NotAnswered.NO_ANSWER),
        (480, NotAnswered.NO_ANSWER),
        (404, NotAnswered.REJECTED),
        (603, NotAnswered.REJECTED),
        (407, NotAnswered.FAILED),
        (503, NotAnswered.FAILED),
        (None, NotAnswered.FAILED),
    ],
)
def test_a_status_says_why_nobody_answered(status: int | None, why: NotAnswered) -> None:
    assert why_not_answered(status) is why


def test_ringing_out_is_no_answer_whatever_the_stack_says() -> None:
    assert why_not_answered(None, timed_out=True) is NotAnswered.NO_ANSWER


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Connection reset by peer [104]", HangUp.PERSON),
        ("rtp stream error", HangUp.LINE),
        ("481 Call Does Not Exist", HangUp.LINE),
        ("", HangUp.LINE),
    ],
)
def test_closing_words_say_why_a_call_ended(words: str, reason: HangUp) -> None:
    assert why_ended(words) is reason


def test_a_status_is_read_from_the_beginning_only() -> None:
    assert status_of("486 Busy Here") == 486
    assert status_of("Connection reset by peer [104]") is None


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ('"Jo" <sip:+4930555001@10.0.0.1;user=phone>', "+4930555001"),
        ("tel:+49-30-555001", "+4930555001"),
        ("sip:+4930555001@host", "+4930555001"),
        ("sip:anonymous@anonymous.invalid", None),
        ("sip:030555001@host", None),
        ("", None),
    ],
)
def test_a_number_is_read_from_an_address(address: str, number: str | None) -> None:
    found = number_of(address)
    assert (found.e164 if found else None) == number


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("sip.example.com", "sip.example.com"),
        ("sip.example.com:5061", "sip.example.com"),
        ("sip:sbc.example.com;transport=tcp", "sbc.example.com"),
        ("[2001:db8::1]:5060", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("192.0.2.1:5060", "192.0.2.1"),
    ],
)
def test_a_host_is_read_from_an_authority(authority: str, host: str) -> None:
    assert host_of(authority) == host


def test_lines_of_the_stack_are_masked() -> None:
    assert mask("call: connect to sip:+4930555001@10.0.0.1") == "call: connect to sip:***@10.0.0.1"
    assert "secret" not in mask('Authorization: Digest username="u", response="secret"')
    assert "secret" not in mask("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:secret")


def test_the_password_is_in_no_repr() -> None:
    config = SipConfig("t", "host", "user", password="geheim")
    assert "geheim" not in repr(config)
    assert SipConfig.of(config.fields()) == config


def test_workers_share_no_port() -> None:
    config = SipConfig("t", "host", "user", listen="0.0.0.0:5060", rtp_ports=(16_384, 16_863))
    shares = [config.for_worker(index, 3) for index in range(3)]
    assert [share.listen for share in shares] == ["0.0.0.0:5060", "0.0.0.0:5061", "0.0.0.0:5062"]
    ports = [range(share.rtp_ports[0], share.rtp_ports[1] + 1) for share in shares]
    assert all(len(share) >= 120 and share.start % 2 == 0 for share in ports)
    assert sum(len(share) for share in ports) == len(set().union(*ports))


async def test_messages_survive_the_socket() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(wire.packed_json(Kind.DIAL, 7, number="x"))
    reader.feed_data(wire.packed_numbers(Kind.FRAME, wire.FIRST_INBOUND, 320, 0, b"\1\2"))
    reader.feed_eof()
    dial, frame, end = [await wire.read(reader) for _ in range(3)]
    assert dial is not None
    assert frame is not None
    assert (dial.kind, dial.leg, dial.json()) == (Kind.DIAL, 7, {"number": "x"})
    assert (frame.leg, frame.numbers(), frame.sound()) == (wire.FIRST_INBOUND, (320, 0), b"\1\2")
    assert end is None


@pytest.mark.parametrize(
    ("line", "worth"),
    [
        ("jbuf: drop 1 old frame seq=4403 (total dropped 152)", False),
        ("rtcp_sess: rtp_source_update_seq() returned 0", False),
        ("reg: registration failed (403 Forbidden)", True),
    ],
)
def test_no_line_is_written_for_each_packet_that_a_bad_network_loses(
    line: str, worth: bool
) -> None:
    record = logging.LogRecord("baresip.native", logging.WARNING, "", 0, line, None, None)
    assert worth_a_line(record) is worth
