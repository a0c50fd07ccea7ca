"""What goes wrong when: drawn from a seed, so that a seed replays a run."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can be done to a part."""

    KILL = "kill -9"
    FREEZE = "SIGSTOP"
    CUT = "connections cut"
    HANG = "packets lost"
    FULL = "disk full"


SERVICES = (
    "gateway",
    "session-0",
    "session-1",
    "asr",
    "diarization",
    "scoring",
    "fraud",
    "telephony",
    "notification",
)
BROKERS = ("broker-1", "broker-2", "broker-3")
DATABASE = "database"
DISK = "objects"
# Links that a proxy carries: to each session replica, to live recognition, to notification, and
# from all services to each broker.
LINKS = ("session-0", "session-1", "asr", "notification", *BROKERS)

# How often each is drawn, in relation to the others.
_WEIGHTS: dict[tuple[Kind, Sequence[str]], float] = {
    (Kind.KILL, SERVICES): 10,
    (Kind.FREEZE, SERVICES): 5,
    (Kind.KILL, BROKERS): 2,
    (Kind.FREEZE, BROKERS): 1,
    (Kind.KILL, (DATABASE,)): 2,
    (Kind.FREEZE, (DATABASE,)): 1,
    (Kind.CUT, LINKS): 3,
    (Kind.HANG, LINKS): 2,
    (Kind.FULL, (DISK,)): 1.5,
}
_GAP_S = (0.5, 3.5)
_LASTS_S = (1.0, 6.0)


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        after_s: since the one before was mended.
        lasts_s: until it is mended; what is killed is started again then.
    """

    number: int
    kind: Kind
    target: str
    after_s: float
    lasts_s: float


def schedule(seed: int, count: int, *, disk: bool = True) -> list[Fault]:
    """Draws faults; the same seed gives the same ones.

    Args:
        disk: whether the disk can be filled here.
    """
    chance = random.Random(seed)
    choices = [pair for pair in _WEIGHTS if disk or pair[0] is not Kind.FULL]
    weights = [_WEIGHTS[pair] for pair in choices]
    faults = []
    for number in range(1, count + 1):
        (kind, targets), *_ = chance.choices(choices, weights)
        target = chance.choice(targets)
        after_s, lasts_s = chance.uniform(*_GAP_S), chance.uniform(*_LASTS_S)
        faults.append(Fault(number, kind, target, round(after_s, 2), round(lasts_s, 2)))
    return faults
