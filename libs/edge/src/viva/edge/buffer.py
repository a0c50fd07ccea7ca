"""What was said by the client and is not durable yet, in the order of its saying.

The session streams read it by cursors: a new stream replays from where its replica asks, and a slow
or dead one holds nobody up but the bound.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from viva.edge.messages import Audio, Detached, Elapsed, NumberedFact

Entry = Audio | NumberedFact | Elapsed | Detached

FACT_COST_BYTES = 256


@dataclass
class _Slot:
    index: int
    entry: Entry


class ReplayBuffer:
    """Bounded by bytes: audio by its size, everything else by a flat charge.

    Args:
        limit_bytes: from this much on, `wait_for_room` waits.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._slots: deque[_Slot] = deque()
        self._next_index = 0
        self._size_bytes = 0
        self._durable_position = 0
        self._durable_fact = 0
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.position = 0
        self.last_fact = 0

    @property
    def size_bytes(self) -> int:
        """What is held now."""
        return self._size_bytes

    @property
    def buffered_from(self) -> int:
        """First position that is still held, or else the present one."""
        return min(
            (e.position for e in self._entries() if isinstance(e, Audio)), default=self.position
        )

    @property
    def facts_buffered_from(self) -> int:
        """First fact that is still held, or else the next one."""
        facts = (e.fact for e in self._entries() if isinstance(e, NumberedFact))
        return min(facts, default=self.last_fact + 1)

    @property
    def end(self) -> int:
        """Cursor after the newest entry."""
        return self._next_index

    def begin(self, position: int, fact: int) -> None:
        """States where the client's audio and facts go on."""
        self.position = max(self.position, position)
        self.last_fact = max(self.last_fact, fact - 1)

    async def wait_for_room(self) -> None:
        """Waits until less than the bound is held."""
        await self._room.wait()

    def add(self, entry: Entry) -> None:
        """Takes an entry; what is durable already is a repetition and is dropped."""
        match entry:
            case Audio():
                if entry.end <= self._durable_position:
                    return
                self.position = max(self.position, entry.end)
            case Elapsed():
                if self._merge_elapsed(entry):
                    return
            case Detached():
                pass
            case _:
                if entry.fact <= self._durable_fact:
                    return
                self.last_fact = max(self.last_fact, entry.fact)
        self._slots.append(_Slot(self._next_index, entry))
        self._next_index += 1
        self._account(_cost(entry))
        self._changed.set()

    def forget(self, position: int, fact: int) -> None:
        """Drops audio that ends at or before `position`, and facts up to `fact`."""
        self._durable_position = max(self._durable_position, position)
        self._durable_fact = max(self._durable_fact, fact)
        kept = deque(slot for slot in self._slots if not self._is_durable(slot.entry))
        freed = sum(_cost(slot.entry) for slot in self._slots) - sum(
            _cost(slot.entry) for slot in kept
        )
        self._slots = kept
        self._account(-freed)

    def replay_from(self, position: int, fact: int, *, before: int) -> list[Entry]:
        """Entries older than the cursor `before` that a replica lacks, oldest first.

        Elapsed time is never said twice: it is in the list only where nobody was told yet.
        """
        return [
            slot.entry
            for slot in self._slots
            if slot.index < before and _is_lacking(slot.entry, position, fact)
        ]

    async def next_after(self, cursor: int, timeout_s: float) -> tuple[int, list[Entry]]:
        """Entries from `cursor` on, and the cursor after them; none if `timeout_s` were silent."""
        if cursor >= self._next_index:
            self._changed.clear()
            try:
                # Not wait_for: it forgets a cancellation that comes together with an entry.
                async with asyncio.timeout(timeout_s):
                    await self._changed.wait()
            except TimeoutError:
                return cursor, []
        fresh = self._since(cursor)
        if any(isinstance(entry, Elapsed) for entry in fresh):
            self._drop_elapsed()
        return self._next_index, fresh

    def _since(self, cursor: int) -> list[Entry]:
        fresh: list[Entry] = []
        for slot in reversed(self._slots):
            if slot.index < cursor:
                break
            fresh.append(slot.entry)
        fresh.reverse()
        return fresh

    def _entries(self) -> list[Entry]:
        return [slot.entry for slot in self._slots]

    def _merge_elapsed(self, entry: Elapsed) -> bool:
        if not self._slots or not isinstance(last := self._slots[-1].entry, Elapsed):
            return False
        self._slots[-1].entry = Elapsed(min(last.ms + entry.ms, 2**31 - 1))
        self._changed.set()
        return True

    def _drop_elapsed(self) -> None:
        """Elapsed time that a stream has taken is said; a repetition would count it twice."""
        kept = deque(slot for slot in self._slots if not isinstance(slot.entry, Elapsed))
        self._account(-FACT_COST_BYTES * (len(self._slots) - len(kept)))
        self._slots = kept

    def _is_durable(self, entry: Entry) -> bool:
        match entry:
            case Audio():
                return entry.end <= self._durable_position
            case Elapsed() | Detached():
                return False
            case _:
                return entry.fact <= self._durable_fact

    def _account(self, change_bytes: int) -> None:
        self._size_bytes += change_bytes
        if self._size_bytes < self._limit_bytes:
            self._room.set()
        else:
            self._room.clear()


def _cost(entry: Entry) -> int:
    return len(entry.pcm) if isinstance(entry, Audio) else FACT_COST_BYTES


def _is_lacking(entry: Entry, position: int, fact: int) -> bool:
    match entry:
        case Audio():
            return entry.end > position
        case Elapsed() | Detached():
            return True
        case _:
            return entry.fact >= fact
