"""A checkpoint goes from one release to the other: no field that both know is lost."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.adjacent.before import ROOT, ReleaseBefore

SPEAKER = Path(__file__).with_name("speak_checkpoints.py")
Json = dict[str, Any]
NOTHING: Json = {"state": None, "facts": []}


def now(question: Json) -> Json:
    done = subprocess.run(
        [sys.executable, SPEAKER],
        input=json.dumps(question),
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    answer: Json = json.loads(done.stdout)
    return answer


def then(before: ReleaseBefore, question: Json) -> Json:
    answer: Json = json.loads(before.run(str(SPEAKER), text=json.dumps(question)))
    return answer


def differing(written: Any, understood: Any, path: str) -> list[str]:
    """Where the two differ, in what both have."""
    if isinstance(written, dict) and isinstance(understood, dict):
        both = written.keys() & understood.keys()
        return [
            each
            for name in sorted(both)
            for each in differing(written[name], understood[name], f"{path}.{name}")
        ]
    if isinstance(written, list) and isinstance(understood, list):
        pairs = zip(written, understood, strict=True)
        return [each for one, other in pairs for each in differing(one, other, path)]
    return [] if written == understood else [f"{path}: {written} became {understood}"]


def check(written: Json, understood: Json) -> None:
    assert len(written["state"]) > 10
    assert differing(written["state"], understood["state"], "state") == []
    pairs = list(zip(written["facts"], understood["facts"], strict=True))
    known = [(one, other) for one, other in pairs if other is not None]
    assert known
    for one, other in known:
        assert differing(one, other, one["fact"]) == []


@pytest.fixture(scope="module")
def old(before: ReleaseBefore) -> Json:
    """What the release before writes, with every field set."""
    return then(before, NOTHING)


def test_this_release_goes_on_from_a_checkpoint_of_the_one_before(old: Json) -> None:
    check(old, now({"state": old["state"], "facts": old["facts"]})["understood"])


def test_the_release_before_goes_on_from_a_checkpoint_of_this_one(before: ReleaseBefore) -> None:
    new = now(NOTHING)
    check(new, then(before, {"state": new["state"], "facts": new["facts"]})["understood"])
