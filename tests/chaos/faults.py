"""Carries a schedule out: breaks, waits, mends."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.brokers import Brokers
from tests.chaos.fleet import Fleet
from tests.chaos.ground import DyingDatabase, SmallDisk
from tests.chaos.proxy import Proxies
from tests.chaos.schedule import BROKERS, DATABASE, Fault, Kind

# A second broker may only fail once the first is in sync again: two of three must live.
_WHOLE_S = 60.0


@dataclass(frozen=True)
class World:
    """All that can be broken."""

    fleet: Fleet
    brokers: Brokers
    database: DyingDatabase
    disk: SmallDisk
    proxies: Proxies


class Faults:
    """Breaks one part after another.

    Attributes:
        done: what was broken, and when, in seconds since the start.
        amid: how many of them fell into a live conversation.
    """

    def __init__(
        self, world: World, say: Callable[[str], None], live: Callable[[], int] = lambda: 0
    ) -> None:
        self._world = world
        self._say = say
        self._live = live
        self.amid = 0
        self._broker_was_touched = False
        self.done: list[tuple[float, Fault]] = []

    async def run(self, faults: list[Fault]) -> None:
        """Carries all out."""
        began = time.monotonic()
        for fault in faults:
            await asyncio.sleep(fault.after_s)
            if fault.target in BROKERS and self._broker_was_touched:
                await self._world.brokers.whole(_WHOLE_S)
            at = time.monotonic() - began
            self._say(
                f"{at:7.1f} s  {fault.number:4}  {fault.kind:15} {fault.target:13}"
                f" {fault.lasts_s:4.1f} s  {self._live()} live"
            )
            self.amid += self._live() > 0
            self.done.append((at, fault))
            await self._break(fault)
            try:
                await asyncio.sleep(fault.lasts_s)
            finally:
                await self._mend(fault)

    async def _break(self, fault: Fault) -> None:
        world, target = self._world, fault.target
        self._broker_was_touched |= target in BROKERS
        match fault.kind:
            case Kind.CUT:
                world.proxies.cut(target)
            case Kind.HANG:
                world.proxies.hang(target)
            case Kind.FULL:
                await world.disk.fill()
            case Kind.KILL if target in BROKERS:
                await asyncio.to_thread(world.brokers.kill, _node(target))
            case Kind.KILL if target == DATABASE:
                await asyncio.to_thread(world.database.kill)
            case Kind.KILL:
                await asyncio.to_thread(world.fleet.kill, target)
            case Kind.FREEZE:
                self._freeze(target, frozen=True)

    async def _mend(self, fault: Fault) -> None:
        world, target = self._world, fault.target
        match fault.kind:
            case Kind.CUT | Kind.HANG:
                world.proxies.heal(target)
            case Kind.FULL:
                world.disk.clear()
            case Kind.KILL if target in BROKERS:
                world.brokers.start_node(_node(target))
            case Kind.KILL if target == DATABASE:
                await world.database.revive()
            case Kind.KILL:
                world.fleet.revive(target)
            case Kind.FREEZE:
                self._freeze(target, frozen=False)

    def _freeze(self, target: str, *, frozen: bool) -> None:
        if target in BROKERS:
            self._world.brokers.freeze(_node(target), frozen=frozen)
        elif target == DATABASE:
            self._world.database.freeze(frozen=frozen)
        else:
            self._world.fleet.freeze(target, frozen=frozen)


def _node(target: str) -> int:
    return int(target.rpartition("-")[2])
