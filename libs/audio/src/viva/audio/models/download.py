"""Fetches one file over HTTP: resumed where it stopped, verified, moved into place whole."""

import ssl
import time
from pathlib import Path

import httpx

from viva.audio.models.manifest import Package
from viva.audio.models.progress import Progress, Report
from viva.audio.models.registries import reason
from viva.audio.models.store import file_sha256
from viva.platform.errors import InvalidError, TransientError

_ATTEMPTS = 5


def http_client(certificates: str | None = None) -> httpx.Client:
    """A client for large downloads; `certificates` is a CA bundle, else the usual one."""
    verify: ssl.SSLContext | bool = True
    if certificates:
        verify = ssl.create_default_context(cafile=certificates)
    return httpx.Client(
        follow_redirects=True,
        timeout=httpx.Timeout(30.0, connect=15.0),
        verify=verify,
        headers={"User-Agent": "viva-models"},
    )


def download(
    client: httpx.Client, url: str, package: Package, folder: Path, progress: Progress
) -> Path:
    """Fetch a package's file into `folder` and return its path.

    Bytes of an earlier try that lie in `<file>.part` are kept, and only the rest is asked for.

    Raises:
        TransientError: the server failed or the line broke too often; trying again resumes.
        InvalidError: the bytes are not those of the manifest.
    """
    target = folder / package.file
    if target.is_file():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{package.file}.part"
    with progress.task(f"{package.name} {package.version}", package.size_bytes) as report:
        for attempt in range(_ATTEMPTS):
            try:
                _fetch_rest(client, url, partial, package.size_bytes, report)
                break
            except httpx.HTTPError as error:
                permanent = isinstance(error, httpx.HTTPStatusError) and (
                    error.response.status_code < httpx.codes.INTERNAL_SERVER_ERROR
                )
                if permanent or attempt == _ATTEMPTS - 1:
                    raise TransientError(
                        f"{package.file}: {reason(error)}", code="model_download"
                    ) from error
                time.sleep(2**attempt)
    _check(partial, package)
    return partial.rename(target)


def _fetch_rest(
    client: httpx.Client, url: str, partial: Path, size_bytes: int, report: Report
) -> None:
    have = partial.stat().st_size if partial.is_file() else 0
    if have == size_bytes:
        return
    headers = {"Range": f"bytes={have}-"} if 0 < have < size_bytes else {}
    with client.stream("GET", url, headers=headers) as response:
        response.raise_for_status()
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
        have = have if resumed else 0
        with partial.open("ab" if resumed else "wb") as stream:
            # As they come: bytes held back to fill a chunk would be lost when the line breaks.
            for chunk in response.iter_raw():
                stream.write(chunk)
                have += len(chunk)
                report(have)
    if have < size_bytes:
        raise httpx.ReadError(f"ended after {have} of {size_bytes} bytes")


def _check(partial: Path, package: Package) -> None:
    if file_sha256(partial) != package.sha256:
        partial.unlink()
        raise InvalidError(
            f"{package.file} is not the file that the manifest names; pull again", code="model_hash"
        )
