"""A verdict computed again from what it kept: the same bytes, or what differs and why."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from google.protobuf import json_format

from viva.contracts.common.v1 import common_pb2 as common
from viva.gateway.application.attempts import owned, refuse_erased
from viva.gateway.application.ports import ScoringModel, Work
from viva.gateway.domain.access import Caller
from viva.gateway.domain.errors import ConflictError
from viva.gateway.domain.interview import StoredObject
from viva.gateway.domain.verdict import VerdictRecord
from viva.platform.log import get_logger

Json = dict[str, Any]
# Where the versions stand: they have a list of their own.
_VERSIONS = ("models", "provenance")
_log = get_logger(__name__)


@dataclass(frozen=True)
class Replayable:
    """What a verdict is computed from again."""

    record: VerdictRecord
    bundle: StoredObject


async def find(work: Work, caller: Caller, interview_id: str) -> Replayable:
    """Finds what the verdict kept.

    Raises:
        GoneError: `interview_erased`.
        ConflictError: `no_verdict`, or `not_replayable` for a verdict of an earlier release.
    """
    interview = await owned(work, caller, interview_id)
    refuse_erased(interview)
    run = interview.current
    if run.verdict is None:
        raise ConflictError("no_verdict", f"The interview is {interview.status}: no score.")
    record = await work.records.get(interview.id, run.attempt)
    if record is None or run.bundle is None:
        raise ConflictError("not_replayable", "This verdict did not keep what it was made from.")
    return Replayable(record, run.bundle)


async def rescore(found: Replayable, model: ScoringModel) -> Json:
    """Computes the score anew and compares; the verdict stays as it is."""
    again = await model.rescore(found.bundle)
    before, after = (_score(data) for data in (found.record.score, again))
    identical = again == found.record.score
    changed = _changed_versions(before, after)
    if not identical and not changed:
        _log.error("rescore_differs", interview_id=found.record.interview_id)
    return {
        "object": "rescore",
        "interview_id": found.record.interview_id,
        "attempt": found.record.attempt,
        "identical": identical,
        "stored": origin(found.record.score, before),
        "recomputed": origin(again, after),
        "changed_versions": changed,
        "differences": list(_differences(_values(before), _values(after), "")),
    }


def _score(data: bytes) -> common.InterviewScore:
    score = common.InterviewScore()
    score.ParseFromString(data)
    return score


def origin(data: bytes, score: common.InterviewScore) -> Json:
    """Shows what a serialized score was computed from, and where."""
    provenance = score.provenance
    return {
        "sha256": hashlib.sha256(data).hexdigest(),
        "bundle_sha256": provenance.bundle_sha256 or None,
        "transcript_sha256": provenance.transcript_sha256 or None,
        "runtime": provenance.runtime or None,
    }


def _changed_versions(before: common.InterviewScore, after: common.InterviewScore) -> list[Json]:
    old, new = ({m.name: (m.version, m.sha256) for m in score.models} for score in (before, after))
    return [
        {"name": name, "stored": _version(old.get(name)), "recomputed": _version(new.get(name))}
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _version(found: tuple[str, str] | None) -> Json | None:
    return None if found is None else {"version": found[0], "sha256": found[1] or None}


def _values(score: common.InterviewScore) -> Json:
    document: Json = json_format.MessageToDict(score, preserving_proto_field_name=True)
    return {key: value for key, value in document.items() if key not in _VERSIONS}


def _differences(before: Any, after: Any, pointer: str) -> Iterator[Json]:
    """Where two documents differ, by JSON pointer (RFC 6901)."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            yield from _differences(before.get(key), after.get(key), f"{pointer}/{key}")
    elif isinstance(before, list) and isinstance(after, list):
        for place, (one, other) in enumerate(zip_longest(before, after)):
            yield from _differences(one, other, f"{pointer}/{place}")
    elif before != after:
        yield {"pointer": pointer, "stored": before, "recomputed": after}
