"""A SIP trunk's settings: what is missing is named."""

import json

import pytest
from pydantic import ValidationError

from viva.telephony.settings import SipTrunkSettings, TelephonySettings

SMALLEST = {
    "kind": "sip",
    "name": "main",
    "caller": "+4930555002",
    "domain": "sip.provider.example",
}


def test_the_runbooks_smallest_trunk_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_TELEPHONY_TRUNKS", json.dumps([SMALLEST]))
    [trunk] = TelephonySettings().trunks
    assert isinstance(trunk, SipTrunkSettings)
    assert (trunk.slots, trunk.transport, trunk.rtp_timeout_s) == (30, "udp", 60)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"transport": "tls"}, "ca_file"),
        ({"srtp": "required"}, "srtp"),
        ({"slots": 100}, "rtp_ports"),
        ({"rtp_ports": [70000, 80000]}, "rtp_ports"),
        ({"listen": "0.0.0.0"}, "listen"),
        ({"codecs": ["GSM"]}, "codecs"),
        ({"caller": "030555"}, "caller"),
    ],
)
def test_what_cannot_work_is_refused_by_name(fields: dict[str, object], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SipTrunkSettings.model_validate({**SMALLEST, **fields})
    assert named in str(refused.value)


def test_the_password_is_shown_nowhere() -> None:
    trunk = SipTrunkSettings.model_validate({**SMALLEST, "password": "geheim"})
    assert "geheim" not in repr(trunk)
    assert "geheim" not in trunk.model_dump_json()
