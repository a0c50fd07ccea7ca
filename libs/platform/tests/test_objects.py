import hashlib
import shutil
from pathlib import Path

import pytest

from viva.platform.errors import InvalidError, NotFoundError, TransientError
from viva.platform.objects import Objects, s3_options
from viva.platform.settings import PlatformSettings, SettingsError


async def test_what_is_put_is_got(objects: Objects) -> None:
    stored = await objects.put("a/b/c.wav", b"0123456789")
    assert stored.sha256 == hashlib.sha256(b"0123456789").hexdigest()
    assert stored.size_bytes == 10
    assert await objects.get("a/b/c.wav", stored.sha256) == b"0123456789"
    assert await objects.get_range("a/b/c.wav", 2, 5) == b"234"
    assert await objects.size("a/b/c.wav") == 10


async def test_a_put_replaces(objects: Objects) -> None:
    await objects.put("k", b"one")
    stored = await objects.put("k", b"two")
    assert await objects.get("k", stored.sha256) == b"two"


async def test_wrong_bytes_are_told_apart(objects: Objects) -> None:
    await objects.put("k", b"tampered")
    with pytest.raises(InvalidError) as caught:
        await objects.get("k", hashlib.sha256(b"original").hexdigest())
    assert caught.value.code == "object_corrupt"


async def test_listing_and_deleting_by_prefix(objects: Objects) -> None:
    for key in ("iv_1/b", "iv_1/a", "iv_10/a", "iv_2/a"):
        await objects.put(key, b"x")
    assert [entry.key for entry in await objects.list("iv_1")] == ["iv_1/a", "iv_1/b"]
    assert await objects.delete_prefix("iv_1") == 2
    assert await objects.delete_prefix("iv_1") == 0
    assert [entry.key for entry in await objects.list("")] == ["iv_10/a", "iv_2/a"]


async def test_no_folder_names_what_was_deleted(objects: Objects, tmp_path: Path) -> None:
    for key in ("recordings/iv_1/1/a", "recordings/iv_2/1/a"):
        await objects.put(key, b"x")
    await objects.delete_prefix("recordings/iv_1")
    assert [path.name for path in (tmp_path / "objects" / "recordings").iterdir()] == ["iv_2"]


@pytest.mark.parametrize("key", ["", "/etc/passwd", "a/../../b", ".."])
async def test_keys_stay_inside(objects: Objects, key: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidError):
        await objects.put(key, b"x")
    with pytest.raises(InvalidError):
        await objects.get(key)


async def test_what_is_not_there_is_not_found(objects: Objects) -> None:
    for read in (objects.get("x"), objects.size("x"), objects.get_range("x", 0, 1)):
        with pytest.raises(NotFoundError):
            await read


async def test_a_full_disk_is_said_before_anything_is_lost(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    await objects.ping()
    usage = shutil.disk_usage("/")._replace(free=10 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(TransientError, match="has 10 MiB left") as full:
        await objects.ping()
    assert full.value.code == "disk_full"


def test_an_s3_of_ones_own_takes_its_keys_from_settings() -> None:
    fields = {
        "objects_url": "s3://bucket/prefix",
        "objects_endpoint": "http://s3:8333",
        "objects_access_key_id": "me",
    }
    with pytest.raises(SettingsError, match="VIVA_OBJECTS_SECRET_ACCESS_KEY is not set"):
        s3_options(PlatformSettings.model_validate(fields))
    whole = PlatformSettings.model_validate(fields | {"objects_secret_access_key": "hush"})
    assert s3_options(whole) == {
        "endpoint": "http://s3:8333",
        "access_key_id": "me",
        "secret_access_key": "hush",
    }
    assert s3_options(PlatformSettings.model_validate({"objects_url": "file:///x"})) == {}
