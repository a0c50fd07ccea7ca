"""What must hold whatever died, counted from the outside."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
_CLOSING = {"settle", "release"}


@dataclass(frozen=True)
class Published:
    """One record of a topic: whose it is, and its CloudEvents attributes."""

    interview_id: str
    id: str
    type: str
    source: str
    sequence: int


@dataclass(frozen=True)
class Hook:
    """One try of a webhook."""

    interview_id: str
    id: str
    type: str
    taken: bool


@dataclass
class Evidence:
    """All that was seen from the outside after the faults.

    Attributes:
        final: of each interview, what the API says at the end.
        results: records of the public topic, in order.
        events: records of session's topic, in order.
        missing_ms: of each recording, speech that was acknowledged and is not there.
        listed: how many interviews the API lists.
    """

    final: dict[str, Json] = field(default_factory=dict)
    results: list[Published] = field(default_factory=list)
    events: list[Published] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    ledger: list[Json] = field(default_factory=list)
    credits: Json = field(default_factory=dict)
    dead_letters: list[str] = field(default_factory=list)
    missing_ms: dict[str, int] = field(default_factory=dict)
    listed: int = 0


@dataclass(frozen=True)
class Finding:
    """One invariant: how much was counted, and where it does not hold."""

    name: str
    counted: int
    broken: tuple[str, ...]


def check(evidence: Evidence) -> list[Finding]:
    """Counts every invariant."""
    rules: Sequence[tuple[str, Callable[[Evidence], tuple[int, list[str]]]]] = (
        ("every order is one interview", _orders),
        ("one terminal result an interview", _results),
        ("one settlement an interview", _settlements),
        ("credits add up", _credits),
        ("one webhook id an event, delivered", _webhooks),
        ("events of an interview in order", _order),
        ("no acknowledged audio missing", _audio),
        ("no dead letters", _dead_letters),
    )
    found = []
    for name, rule in rules:
        counted, broken = rule(evidence)
        found.append(Finding(name, counted, tuple(broken)))
    return found


def _terminal(evidence: Evidence, interview_id: str) -> dict[str, str]:
    """Type by id of the public events that end an interview."""
    return {
        record.id: record.type.rpartition(".")[2]
        for record in evidence.results
        if record.interview_id == interview_id and record.type != "interview.updated"
    }


def _orders(evidence: Evidence) -> tuple[int, list[str]]:
    ordered = len(evidence.final)
    wrong = [f"{ordered} ordered, {evidence.listed} listed"] if ordered != evidence.listed else []
    return ordered, wrong


def _results(evidence: Evidence) -> tuple[int, list[str]]:
    broken = []
    for interview_id, final in evidence.final.items():
        found = _terminal(evidence, interview_id)
        if list(found.values()) != [final.get("status")]:
            broken.append(f"{interview_id} is {final.get('status')}, results: {found}")
    return len(evidence.final), broken


def _settlements(evidence: Evidence) -> tuple[int, list[str]]:
    kinds: dict[str, list[str]] = defaultdict(list)
    for entry in evidence.ledger:
        if entry.get("interview_id"):
            kinds[entry["interview_id"]].append(entry["kind"])
    broken = [
        f"{interview_id}: {sorted(kinds[interview_id])}"
        for interview_id in evidence.final
        if sorted(kinds[interview_id]) not in (["reserve", "settle"], ["release", "reserve"])
    ]
    return len(evidence.final), broken


def _credits(evidence: Evidence) -> tuple[int, list[str]]:
    sums = Counter[str]()
    for entry in evidence.ledger:
        sums[entry["kind"]] += entry["amount"]
    broken = []
    if evidence.credits.get("balance") != sums["top_up"] - sums["settle"]:
        broken.append(f"balance {evidence.credits.get('balance')}, ledger {dict(sums)}")
    if evidence.credits.get("reserved") != sums["reserve"] - sum(sums[k] for k in _CLOSING):
        broken.append(f"reserved {evidence.credits.get('reserved')}, ledger {dict(sums)}")
    if evidence.credits.get("reserved") != 0:
        broken.append(f"{evidence.credits.get('reserved')} still reserved")
    return len(evidence.ledger), broken


def _webhooks(evidence: Evidence) -> tuple[int, list[str]]:
    published = {record.id for record in evidence.results}
    broken = [f"{hook.id} is no event" for hook in evidence.hooks if hook.id not in published]
    taken = {hook.id for hook in evidence.hooks if hook.taken}
    broken += [f"{record} was never delivered" for record in sorted(published - taken)]
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    for hook in evidence.hooks:
        if hook.type != "interview.updated":
            names[hook.interview_id, hook.type].add(hook.id)
    broken += [f"{key} came under {ids}" for key, ids in names.items() if len(ids) > 1]
    return len(evidence.hooks), broken


def _order(evidence: Evidence) -> tuple[int, list[str]]:
    broken = []
    for records in (evidence.results, evidence.events):
        seen: dict[tuple[str, str], list[int]] = defaultdict(list)
        known: set[str] = set()
        for record in records:
            if record.id not in known:
                known.add(record.id)
                seen[record.interview_id, record.source].append(record.sequence)
        broken += [
            f"{interview_id} of {source}: {numbers}"
            for (interview_id, source), numbers in seen.items()
            if numbers != sorted(set(numbers))
        ]
    return len(evidence.results) + len(evidence.events), broken


def _audio(evidence: Evidence) -> tuple[int, list[str]]:
    broken = [f"{name}: {ms} ms" for name, ms in evidence.missing_ms.items() if ms]
    return len(evidence.missing_ms), broken


def _dead_letters(evidence: Evidence) -> tuple[int, list[str]]:
    return len(evidence.dead_letters), evidence.dead_letters
