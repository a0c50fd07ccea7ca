"""The release before this one: its code, run by the same interpreter and packages."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# Where nothing is tagged yet: so many commits ago. What was deployed then must live beside this.
_COMMITS = 50


@dataclass(frozen=True)
class ReleaseBefore:
    """A release's sources, unpacked."""

    revision: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process run the release before, in place of this one."""
        sources = sorted([*self.folder.glob("libs/*/src"), *self.folder.glob("services/*/src")])
        return {"PYTHONPATH": os.pathsep.join(map(str, sources))}

    def run(self, *command: str, text: str = "", settings: Mapping[str, str] | None = None) -> str:
        """Runs Python with the release before; gives what it printed.

        Raises:
            RuntimeError: it failed; the text is what it said.
        """
        done = subprocess.run(
            [sys.executable, *command],
            env={**os.environ, **self.environment, **(settings or {})},
            cwd=self.folder,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def ask(self, script: str, question: Any) -> Any:
        """Runs a script that reads JSON and prints JSON."""
        return json.loads(self.run("-c", script, text=json.dumps(question)))


def find_revision() -> str:
    """VIVA_RELEASE_BEFORE, or the newest tag before this commit, or a commit some while ago.

    Returns:
        The commit; nothing where the history does not go back so far.
    """
    if named := os.environ.get("VIVA_RELEASE_BEFORE"):
        return named
    tag = _git("describe", "--tags", "--abbrev=0", "HEAD^")
    return tag or _git("rev-list", f"--skip={_COMMITS}", "--max-count=1", "HEAD")


def unpack(revision: str, folder: Path) -> ReleaseBefore:
    """Writes a revision's sources into a folder."""
    archive = subprocess.run(
        ["git", "archive", revision, "libs", "services", "protos"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
    return ReleaseBefore(revision, folder)


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""
