"""The licence of each package in each image, and which of them are not allowed."""

import shutil
import site
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LIST = ROOT / "deploy" / "supply" / "licences.toml"
IMAGES = (
    "gateway",
    "session",
    "telephony",
    "asr",
    "diarization",
    "scoring",
    "fraud",
    "notification",
    "testkit",
)
# The image build leaves them out: it takes the CPU build of torch.
_NOT_INSTALLED = ("nvidia-", "cuda-", "triton")


@dataclass(frozen=True)
class Finding:
    """One package of one image.

    Attributes:
        bundled: it lies in our own sources, not in a registry.
    """

    image: str
    package: str
    version: str
    licence: str
    allowed: bool
    why: str = ""
    bundled: bool = False


@cache
def rules() -> dict[str, Any]:
    """deploy/supply/licences.toml."""
    return tomllib.loads(LIST.read_text("utf-8"))


def packages(image: str) -> dict[str, str]:
    """Name and version of what the lock puts into an image, the project's own packages left out."""
    # Where deploy/dev/sync has put it if it was not there.
    uv = shutil.which("uv") or str(Path(site.getuserbase()) / "bin" / "uv")
    command = [
        *(uv, "export", "--quiet", "--frozen", "--no-dev", "--no-hashes", "--no-annotate"),
        *("--no-emit-workspace", "--package", f"viva-{image}"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = {}
    for line in done.stdout.splitlines():
        requirement, _, condition = line.partition(" ; ")
        name, _, version = requirement.partition("==")
        foreign = any(word in condition for word in ("'win32'", "'darwin'", "'cygwin'"))
        if version and not name.startswith(_NOT_INSTALLED) and (not foreign or "!=" in condition):
            found[name] = version
    return found


def findings(image: str) -> list[Finding]:
    """Looks at every package of an image, and at what our own sources bring that is not ours."""
    brought = [
        Finding(
            image, name, own["version"], own["licence"], permitted(own["licence"]), bundled=True
        )
        for name, own in rules()["bundled"].items()
        if image in own["images"]
    ]
    found = [_finding(image, name, version) for name, version in packages(image).items()]
    return [*found, *brought]


def permitted(licence: str) -> bool:
    """Whether an SPDX expression is satisfied by allowed licences: each AND, one of each OR."""
    terms = licence.replace("(", " ").replace(")", " ").split(" AND ")
    return all(
        any(_alternative(choice) for choice in term.split(" OR ")) for term in terms if term.strip()
    )


def _alternative(choice: str) -> bool:
    return all(part.strip() in rules()["allowed"] for part in choice.split(" WITH "))


def _finding(image: str, name: str, version: str) -> Finding:
    exception = rules()["exceptions"].get(name)
    if exception:
        here = image in exception["images"]
        return Finding(image, name, version, exception["licence"], here, exception["why"])
    licence = _licence(name)
    return Finding(image, name, version, licence, permitted(licence))


def _licence(name: str) -> str:
    read = rules()["read"].get(name)
    if read:
        return str(read)
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return "not installed here"
    if expression := found.get("License-Expression"):
        return str(expression)
    prefix = "License :: "
    classifiers = [
        entry.split(" :: ")[-1]
        for entry in found.get_all("Classifier", [])
        if entry.startswith(prefix) and entry != f"{prefix}OSI Approved"
    ]
    names = classifiers or [str(found.get("License") or "unknown").splitlines()[0]]
    return " OR ".join(str(rules()["names"].get(entry, entry)) for entry in names)
