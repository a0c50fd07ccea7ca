"""Sealed texts: only the right key and owner open them."""

import base64
from pathlib import Path

import pytest

from viva.platform.errors import InvalidError
from viva.platform.sealing import Sealer, new_key_file
from viva.platform.settings import PlatformSettings, SettingsError

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def test_what_is_sealed_is_opened_by_its_owner_only() -> None:
    sealer = Sealer((OLD,), "phone")
    sealed = sealer.seal("+4930555001", "iv_1")
    assert "555" not in sealed
    assert sealed != sealer.seal("+4930555001", "iv_1")
    assert sealer.open(sealed, "iv_1") == "+4930555001"
    for wrong in (sealed[:-4] + "AAAA", "", "s1.", "nonsense", sealed[:20]):
        with pytest.raises(InvalidError) as caught:
            sealer.open(wrong, "iv_1")
        assert caught.value.code == "seal_broken"
    with pytest.raises(InvalidError):
        sealer.open(sealed, "iv_2")
    with pytest.raises(InvalidError):
        Sealer((OLD,), "another purpose").open(sealed, "iv_1")


def test_keys_are_changed_by_putting_the_new_one_first() -> None:
    sealed = Sealer((OLD,), "phone").seal("secret", "iv_1")
    both = Sealer((NEW, OLD), "phone")
    assert both.open(sealed, "iv_1") == "secret"
    with pytest.raises(InvalidError):
        Sealer((NEW,), "phone").open(sealed, "iv_1")
    assert both.digests("x")[1] == Sealer((OLD,), "phone").digests("x")[0]
    assert both.digests("x")[0] != both.digests("y")[0]


def test_keys_come_from_the_settings(tmp_path: Path) -> None:
    keys = ", ".join(base64.b64encode(key).decode() for key in (NEW, OLD))
    sealer = Sealer.from_settings(PlatformSettings.model_validate({"sealing_keys": keys}), "phone")
    assert sealer is not None
    assert sealer.open(Sealer((OLD,), "phone").seal("x", "o"), "o") == "x"
    assert Sealer.from_settings(PlatformSettings(), "phone") is None
    for wrong in ("short", "AAAA"):
        with pytest.raises(SettingsError):
            Sealer.from_settings(PlatformSettings.model_validate({"sealing_keys": wrong}), "phone")
    path = tmp_path / "home" / "key"
    new_key_file(path)
    first = path.read_bytes()
    new_key_file(path)
    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o777 == 0o600
