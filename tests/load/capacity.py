"""From what was measured to what is needed: cores, partitions, connections, and what gives way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tests.load.conversations import Step

# What a core may be filled to before waits grow.
FILLED = {"live": 0.5, "batch": 0.7}
LIVE = ("gateway", "session", "asr")
LEVELS = (100, 1_000, 10_000)
# VIVA_SESSION_CONVERSATIONS, and what one gateway process carries of open WebSockets.
CONVERSATIONS = 16
CONNECTIONS = 200
# VIVA_DATABASE_POOL_SIZE with its overflow; beside it LISTEN and the relay's locks.
_POOL = 10
_OWN = 3
_PARTITIONS = (12, 24, 48, 96, 192)


@dataclass(frozen=True)
class Cost:
    """CPU seconds of one service.

    Attributes:
        per_live_s: for a second of a live conversation.
    """

    service: str
    per_live_s: float


@dataclass(frozen=True)
class Need:
    """What one service needs for a number of live interviews."""

    service: str
    cores: dict[int, float]


def costs(steps: Sequence[Step]) -> list[Cost]:
    """What each service costs a second of conversation, over all steps that were not late."""
    good = [step for step in steps if not step.late] or list(steps[:1])
    live_s = sum(step.live_s for step in good)
    names = sorted({name for step in good for name in step.usage.cpu_s})
    return [
        Cost(name, sum(step.usage.cpu_s.get(name, 0.0) for step in good) / live_s) for name in names
    ]


def needs(found: Sequence[Cost]) -> list[Need]:
    """Cores for each level, with room to spare."""
    return [
        Need(
            cost.service,
            {n: cost.per_live_s * n / FILLED[kind(cost.service)] for n in LEVELS},
        )
        for cost in found
    ]


def kind(service: str) -> str:
    """Whether somebody waits for it in a conversation."""
    return "live" if service in LIVE else "batch"


def replicas(live: int) -> dict[str, int]:
    """Replicas by what one of them takes; for the rest, cores decide."""
    return {
        "session": math.ceil(live / CONVERSATIONS),
        "gateway": max(2, math.ceil(live / CONNECTIONS)),
        "telephony": 1,
        "notification": 2,
    }


def connections(live: int) -> tuple[int, int]:
    """Database connections: pools with their overflow, and those that no pooler can share."""
    count = sum(replicas(live).values())
    return count * _POOL, count * _OWN


def partitions(step: Step, live: int) -> int:
    """Partitions so that the slowest stage keeps up: each handles one record at a time.

    An upper bound: what asr took for live recognition is counted with its answers.
    """
    answers_a_second = step.answers / step.live_s * live
    busy = answers_a_second * slowest_s(step) / FILLED["batch"]
    return next((count for count in _PARTITIONS if count >= busy), math.ceil(busy))


def slowest_s(step: Step) -> float:
    """CPU seconds that the slowest stage takes for an answer."""
    stages = ("asr", "diarization", "scoring", "fraud")
    return max(step.usage.cpu_s.get(name, 0.0) for name in stages) / max(1, step.answers)
