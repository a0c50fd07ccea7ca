"""How a trunk's calls follow each other, and which trunk takes the next."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from viva.telephony.application import slots
from viva.telephony.application.ports import Trunk
from viva.telephony.application.slots import Line, choose
from viva.telephony.domain.numbers import PhoneNumber


def line(name: str = "main", room: int = 30, spacing_s: float = 0.5) -> Line:
    trunk = cast("Trunk", SimpleNamespace(name=name))
    return Line(trunk, room, spacing_s, PhoneNumber("+4930555002"))


class HandClock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def time(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


async def test_calls_wanted_at_once_begin_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, begun = HandClock(), []
    loop = SimpleNamespace(sleep=clock.sleep, get_running_loop=lambda: clock)
    monkeypatch.setattr(slots, "asyncio", loop)
    paced = line(spacing_s=0.5)

    async def call() -> None:
        await paced.pace()
        begun.append(clock.now_s)

    await asyncio.gather(*(call() for _ in range(4)))
    assert begun == [100.0, 100.5, 101.0, 101.5]
    clock.now_s += 60
    await call()
    assert begun[-1] == 161.5


def test_the_trunk_with_most_room_takes_the_next_call() -> None:
    small, large = line("small", 2), line("large", 3)
    assert choose([small, large]) is large
    taken = [large.take(), large.take()]
    assert choose([small, large]) is small
    assert choose([small, large], "large") is large
    taken.append(large.take())
    assert choose([small, large], "large") is None
    for slot in taken:
        slot.release()
        slot.release()
    assert (large.in_use, choose([small, large])) == (0, large)
