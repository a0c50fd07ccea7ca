"""The packaged manifest: each model, its files, and the public packages that hold their bytes."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Registry = Literal["pypi", "npm"]


@dataclass(frozen=True)
class Package:
    """One file of a public package registry.

    Attributes:
        name: project name in the registry.
        file: file name of the wheel or tarball.
        size_bytes: size of that file.
        sha256: lower-case hex digest of that file.
    """

    name: str
    registry: Registry
    version: str
    file: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Part:
    """A member of a package's archive."""

    package: str
    member: str


@dataclass(frozen=True)
class ModelFile:
    """A file of a model: its parts joined in order, checked against size and hash."""

    path: str
    size_bytes: int
    sha256: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Model:
    """A model, the role it plays and where its weights come from."""

    name: str
    role: str
    licence: str
    revision: str
    origin: str
    files: tuple[ModelFile, ...]

    @property
    def size_bytes(self) -> int:
        """Size of all files together."""
        return sum(file.size_bytes for file in self.files)

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over the names and hashes of all files."""
        lines = sorted(f"{file.sha256}  {file.path}\n" for file in self.files)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @property
    def packages(self) -> tuple[str, ...]:
        """Names of the packages that hold its parts, each once, in order of use."""
        return tuple(dict.fromkeys(part.package for file in self.files for part in file.parts))


@dataclass(frozen=True)
class Manifest:
    """All models and packages, by name."""

    models: Mapping[str, Model]
    packages: Mapping[str, Package]

    def find(self, name_or_role: str) -> Model:
        """Return the model of that name, or the one that plays that role.

        Raises:
            KeyError: neither a model nor a role.
        """
        if name_or_role in self.models:
            return self.models[name_or_role]
        for model in self.models.values():
            if model.role == name_or_role:
                return model
        raise KeyError(name_or_role)


@cache
def packaged_manifest() -> Manifest:
    """The manifest that is shipped with this package."""
    text = files("viva.audio.models").joinpath("manifest.toml").read_text(encoding="utf-8")
    return parse_manifest(tomllib.loads(text))


def parse_manifest(document: Mapping[str, Any]) -> Manifest:
    """Build the manifest from a decoded TOML document."""
    packages = {name: Package(name=name, **entry) for name, entry in document["packages"].items()}
    models = [_parse_model(entry) for entry in document["models"]]
    return Manifest({model.name: model for model in models}, packages)


def _parse_model(entry: Mapping[str, Any]) -> Model:
    model_files = tuple(
        ModelFile(
            path=file["path"],
            size_bytes=file["size_bytes"],
            sha256=file["sha256"],
            parts=tuple(Part(**part) for part in file["parts"]),
        )
        for file in entry["files"]
    )
    return Model(**{**entry, "files": model_files})
