"""From what was measured to what is needed: cores, partitions, connections, and what gives way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tests.load.conversations import Step

# What a core may be filled to before waits grow.
FILLED = {"live": 0.5, "batch": 0.7}
LIVE = ("gateway", "session", "asr")
STAGES = ("asr", "diarization", "scoring", "fraud")
LEVELS = (100, 1_000, 10_000)
# VIVA_SESSION_CONVERSATIONS.
CONVERSATIONS = 16
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


def replicas(live: int, gateway: Cost) -> dict[str, int]:
    """Processes with a database: session's by what one takes, a gateway is one core."""
    return {
        "session": math.ceil(live / CONVERSATIONS),
        "gateway": max(2, math.ceil(gateway.per_live_s * live / FILLED["live"])),
        "telephony": 1,
        "notification": 2,
    }


def connections(processes: dict[str, int]) -> tuple[int, int]:
    """Database connections: pools with their overflow, and those that no pooler can share."""
    count = sum(processes.values())
    return count * _POOL, count * _OWN


def answer_costs(steps: Sequence[Step]) -> dict[str, float]:
    """CPU seconds that each stage takes for an answer; asr's live recognition is in its own."""
    answers = max(1, sum(step.answers for step in steps))
    spent = {
        stage: sum(step.usage.cpu_s.get(stage, 0.0) for step in steps) / answers for stage in STAGES
    }
    return {stage: cost_s for stage, cost_s in spent.items() if cost_s > 0}


def partitions(step: Step, live: int) -> int:
    """Partitions so that the slowest stage keeps up: each handles one record at a time.

    An upper bound: what asr took for live recognition is counted with its answers.
    """
    answers_a_second = step.answers / step.live_s * live
    busy = answers_a_second * max(answer_costs([step]).values()) / FILLED["batch"]
    return next((count for count in _PARTITIONS if count >= busy), math.ceil(busy))
