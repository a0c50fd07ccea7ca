"""Objects: audio and other bytes, by key, in a folder or a bucket."""

import asyncio
import contextlib
import errno
import hashlib
import shutil
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote, urlparse

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store, from_url

from viva.platform.errors import InvalidError, NotFoundError, TransientError
from viva.platform.settings import PlatformSettings

if TYPE_CHECKING:
    from obstore.store import S3Config


# A folder with less room than this is as good as full: an interview is about 30 MB.
_ROOM_BYTES = 256 * 2**20


@dataclass(frozen=True)
class StoredObject:
    """Where bytes are, and how to know that they are the right ones.

    Attributes:
        sha256: lower case hex.
    """

    key: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class StoredKey:
    """One line of a listing."""

    key: str
    size_bytes: int


class Objects:
    """An object store.

    Args:
        url: `file:///folder`, `s3://bucket/prefix`, `gs://...` or `az://...`; credentials come
            from the environment, as each vendor's tools read them, unless `options` has them.
        options: of an S3 store, as `s3_options` makes them.
    """

    def __init__(self, url: str, options: Mapping[str, str] | None = None) -> None:
        self._url = url
        self._options = dict(options or {})
        parts = urlparse(url)
        self._folder = Path(unquote(parts.path)) if parts.scheme == "file" else None
        self._opened: ObjectStore | None = None

    async def start(self) -> None:
        """Opens the store; makes the folder of a local one."""
        self._opened = await asyncio.to_thread(_open, self._url, self._options)

    async def stop(self) -> None:
        """Nothing to close."""

    async def ping(self) -> None:
        """Asks whether the store answers and has room.

        Raises:
            TransientError: it does not; the code is `disk_full` where a folder's disk is.
        """
        if self._folder is not None:
            free = (await asyncio.to_thread(shutil.disk_usage, self._folder)).free
            if free < _ROOM_BYTES:
                detail = f"{self._folder} has {free // 2**20} MiB left"
                raise TransientError(detail, code="disk_full")
            return
        with contextlib.suppress(NotFoundError):
            await self.size("viva-is-there")

    async def put(self, key: str, data: bytes) -> StoredObject:
        """Stores bytes under a key; what was there is replaced.

        Raises:
            InvalidError: the key is no relative path.
            TransientError: the store is away.
        """
        _check_key(key)
        with _mapped_errors(key):
            await obstore.put_async(self._store, key, data)
        return StoredObject(key, hashlib.sha256(data).hexdigest(), len(data))

    async def put_stream(self, key: str, chunks: AsyncIterable[bytes]) -> StoredObject:
        """Stores bytes as they come, a few MB in memory; whole or, on an error, not at all.

        Raises:
            InvalidError: the key is no relative path.
            TransientError: the store is away.
        """
        _check_key(key)
        digest, size_bytes = hashlib.sha256(), 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal size_bytes
            async for chunk in chunks:
                digest.update(chunk)
                size_bytes += len(chunk)
                yield chunk

        with _mapped_errors(key):
            await obstore.put_async(self._store, key, counted(), use_multipart=True)
        return StoredObject(key, digest.hexdigest(), size_bytes)

    async def get(self, key: str, sha256: str | None = None) -> bytes:
        """Reads an object whole.

        Raises:
            NotFoundError: no such key.
            InvalidError: the bytes are not those of `sha256`.
            TransientError: the store is away.
        """
        _check_key(key)
        with _mapped_errors(key):
            result = await obstore.get_async(self._store, key)
            data = bytes(await result.bytes_async())
        if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
            raise InvalidError(f"object {key} is not what was stored", code="object_corrupt")
        return data

    async def get_range(self, key: str, start: int, end: int) -> bytes:
        """Reads the bytes from `start` to before `end`.

        Raises:
            NotFoundError: no such key.
            TransientError: the store is away.
        """
        _check_key(key)
        with _mapped_errors(key):
            return bytes(await obstore.get_range_async(self._store, key, start=start, end=end))

    async def size(self, key: str) -> int:
        """Tells an object's size in bytes.

        Raises:
            NotFoundError: no such key.
            TransientError: the store is away.
        """
        _check_key(key)
        with _mapped_errors(key):
            return int((await obstore.head_async(self._store, key))["size"])

    async def list(self, prefix: str) -> Sequence[StoredKey]:
        """Lists the objects below a prefix, by key."""
        return sorted([entry async for entry in self._entries(prefix)], key=lambda entry: entry.key)

    async def delete_prefix(self, prefix: str) -> int:
        """Deletes every object below a prefix; tells how many there were."""
        _check_key(prefix)
        keys = [entry.key async for entry in self._entries(prefix)]
        if keys:
            with _mapped_errors(prefix):
                await obstore.delete_async(self._store, keys)
        return len(keys)

    async def _entries(self, prefix: str) -> AsyncIterator[StoredKey]:
        with _mapped_errors(prefix):
            async for batch in obstore.list(self._store, prefix=prefix or None):
                for meta in batch:
                    yield StoredKey(str(meta["path"]), int(meta["size"]))

    @property
    def _store(self) -> ObjectStore:
        if self._opened is None:
            raise TransientError("the object store is not open yet")
        return self._opened


def s3_options(settings: PlatformSettings) -> dict[str, str]:
    """What the settings say about an S3 store; empty for any other.

    Raises:
        SettingsError: only one half of the credentials is set.
    """
    if not (settings.objects_url or "").startswith("s3"):
        return {}
    options = {"endpoint": settings.objects_endpoint, "region": settings.objects_region}
    if settings.objects_access_key_id or settings.objects_secret_access_key:
        options["access_key_id"] = settings.require("objects_access_key_id")
        options["secret_access_key"] = settings.require("objects_secret_access_key")
    return {name: value for name, value in options.items() if value}


def _open(url: str, options: dict[str, str]) -> ObjectStore:
    parts = urlparse(url)
    if parts.scheme.startswith("s3"):
        plain = options.get("endpoint", "").startswith("http://")
        config = cast("S3Config", options)
        return S3Store.from_url(url, config=config, client_options={"allow_http": plain})
    if parts.scheme != "file":
        return from_url(url)
    folder = Path(unquote(parts.path))
    folder.mkdir(parents=True, exist_ok=True)
    # A folder left empty would still name the interview that was erased.
    return LocalStore(folder, automatic_cleanup=True)


def _check_key(key: str) -> None:
    if not key or key.startswith("/") or ".." in key.split("/"):
        raise InvalidError(f"not an object key: {key!r}", code="object_key")


@contextmanager
def _mapped_errors(key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise NotFoundError(f"no object {key}", code="object_not_found") from None
    except OSError as error:
        code = "disk_full" if error.errno in {errno.ENOSPC, errno.EDQUOT} else "objects_away"
        raise TransientError(f"object store: {error.strerror or error}", code=code) from error
    except BaseError as error:
        raise TransientError(
            f"object store: {type(error).__name__}", code="objects_away"
        ) from error
