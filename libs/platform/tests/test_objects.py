import hashlib
from pathlib import Path

import pytest

from viva.platform.errors import InvalidError, NotFoundError
from viva.platform.objects import Objects


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
