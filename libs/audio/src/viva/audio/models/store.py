"""Where the models lie on this machine, and which setting replaces one."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from viva.audio.models.manifest import Manifest, Model, packaged_manifest
from viva.platform.errors import InvalidError, TransientError

_CHUNK_BYTES = 1 << 20


class ModelMissingError(TransientError):
    """A model is not on this machine yet; `viva models pull` brings it.

    Transient: what needs the model waits and is not at fault.
    """


def default_models_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """VIVA_MODELS_DIR, else viva/models in the user's cache folder."""
    if configured := environ.get("VIVA_MODELS_DIR"):
        return Path(configured).expanduser()
    cache = environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "viva" / "models"


class ModelStore:
    """Finds models by name (`whisper-tiny.en`) or by role (`asr_live`).

    A complete model is a folder `<root>/<name>/<first 12 digits of its fingerprint>`; folders
    appear by rename, so one that exists is whole. `VIVA_MODEL_<ROLE>` replaces the packaged model
    of a role by a local path, or by a hub name that is handed to the loader as it is.
    """

    def __init__(
        self,
        root: Path | str | None = None,
        *,
        manifest: Manifest | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.root = Path(root) if root is not None else default_models_dir(environ)
        self.manifest = manifest or packaged_manifest()
        self._environ = environ

    def model(self, name: str) -> Model:
        """The manifest's entry for a model's name or role.

        Raises:
            InvalidError: no such model.
        """
        try:
            return self.manifest.find(name)
        except KeyError:
            known = ", ".join(self.manifest.models)
            raise InvalidError(f"no model {name!r}; known: {known}", code="model_unknown") from None

    def override(self, name: str) -> str | None:
        """The hub name or local path set in VIVA_MODEL_<ROLE>, if any."""
        return self._environ.get(f"VIVA_MODEL_{self.model(name).role.upper()}") or None

    def location(self, model: Model) -> Path:
        """Folder of a packaged model, there or not."""
        return self.root / model.name / model.fingerprint[:12]

    def is_present(self, name: str) -> bool:
        """Whether the model can be used without a pull."""
        return self.override(name) is not None or self.location(self.model(name)).is_dir()

    def path(self, name: str) -> Path:
        """What the model's loader takes: its folder, or the override.

        A hub name comes back as a path whose `str()` is that name, unchanged.

        Raises:
            InvalidError: no such model.
            ModelMissingError: not pulled yet.
        """
        if (override := self.override(name)) is not None:
            return Path(override)
        model = self.model(name)
        folder = self.location(model)
        if not folder.is_dir():
            raise ModelMissingError(
                f"model {model.name} is not in {self.root}; run: viva models pull {model.name}",
                code="model_missing",
            )
        return folder

    def file(self, name: str, member: str | None = None) -> Path:
        """One file of a model; `member` may be left out where the model has a single file.

        An override that is itself a file stands for any member.

        Raises:
            InvalidError: no such model or member.
            ModelMissingError: not pulled yet.
        """
        base = self.path(name)
        if base.is_file():
            return base
        if member is None:
            only, *others = self.model(name).files
            if others:
                raise InvalidError(f"{name} has several files, name one", code="model_member")
            member = only.path
        if not (base / member).is_file():
            raise InvalidError(f"{base} has no file {member}", code="model_member")
        return base / member

    def fingerprint(self, name: str) -> str:
        """SHA-256 (hex) that changes when the model's bytes do.

        For a hub name it is the hash of the name: pin the revision there if that matters.
        """
        override = self.override(name)
        if override is None:
            return self.model(name).fingerprint
        path = Path(override).expanduser()
        if not path.exists():
            return hashlib.sha256(f"hub:{override}".encode()).hexdigest()
        members = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        lines = [f"{file_sha256(p)}  {p.relative_to(path)}\n" for p in members]
        return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()

    def problems(self, name: str) -> list[str]:
        """What is wrong with a packaged model's files on disk; empty when all hashes agree."""
        model = self.model(name)
        folder = self.location(model)
        if not folder.is_dir():
            return ["not pulled"]
        found = []
        for file in model.files:
            path = folder / file.path
            if not path.is_file():
                found.append(f"{file.path}: missing")
            elif path.stat().st_size != file.size_bytes or file_sha256(path) != file.sha256:
                found.append(f"{file.path}: damaged")
        return found


def file_sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
