import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from viva.asr.application.live_queue import LiveQueue
from viva.asr.domain.model import Recognition, Word
from viva.platform.errors import BackpressureError, InvalidError, TransientError
from viva.testkit.clock import FakeClock


class GatedRecognizer:
    """Says what it was given, one at a time as the test lets it."""

    languages = frozenset({"en"})

    def __init__(self) -> None:
        self.order: list[bytes] = []
        self.entered = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)

    def recognize(self, pcm: bytes, language: str, *, voiced: bool = False) -> Recognition:
        self.order.append(pcm)
        self.entered.release()
        self.gate.acquire()
        if pcm == b"bad":
            raise InvalidError("bad")
        return Recognition((Word(pcm.decode(), 0, 1, 1.0),), speech=True)


@asynccontextmanager
async def running(
    recognizer: GatedRecognizer, clock: FakeClock, capacity: int = 8
) -> AsyncIterator[LiveQueue]:
    queue = LiveQueue(recognizer, clock, workers=1, capacity=capacity)
    await queue.start()
    try:
        yield queue
    finally:
        for _ in range(20):
            recognizer.gate.release()
        await queue.stop()


async def entered(recognizer: GatedRecognizer) -> None:
    assert await asyncio.to_thread(recognizer.entered.acquire, timeout=5)


async def submitted(queue: LiveQueue, pcm: bytes, within_s: float) -> asyncio.Task[object]:
    task = asyncio.create_task(queue.recognize(pcm, "en", within_s=within_s))
    await asyncio.sleep(0)
    return task


async def test_the_most_urgent_goes_first() -> None:
    recognizer = GatedRecognizer()
    async with running(recognizer, FakeClock()) as queue:
        tasks = [await submitted(queue, b"first", 9)]
        await entered(recognizer)
        for pcm, within_s in ((b"later", 8), (b"soon", 1), (b"middle", 4)):
            tasks.append(await submitted(queue, pcm, within_s))
        for _ in tasks:
            recognizer.gate.release()
        await asyncio.gather(*tasks)
    assert recognizer.order == [b"first", b"soon", b"middle", b"later"]


async def test_full_is_refused() -> None:
    recognizer = GatedRecognizer()
    async with running(recognizer, FakeClock(), capacity=1) as queue:
        running_one = await submitted(queue, b"a", 5)
        await entered(recognizer)
        waiting = await submitted(queue, b"b", 5)
        with pytest.raises(BackpressureError) as refused:
            await queue.recognize(b"c", "en", within_s=5)
        assert refused.value.code == "recognition_full"
        recognizer.gate.release()
        recognizer.gate.release()
        await asyncio.gather(running_one, waiting)


async def test_late_and_abandoned_jobs_cost_nothing() -> None:
    recognizer, clock = GatedRecognizer(), FakeClock()
    async with running(recognizer, clock) as queue:
        first = await submitted(queue, b"a", 60)
        await entered(recognizer)
        late = await submitted(queue, b"late", 1)
        abandoned = await submitted(queue, b"abandoned", 60)
        last = await submitted(queue, b"z", 60)
        abandoned.cancel()
        clock.advance(2)
        recognizer.gate.release()
        recognizer.gate.release()
        with pytest.raises(TransientError) as too_late:
            await late
        await asyncio.gather(first, last)
    assert too_late.value.code == "too_late"
    assert recognizer.order == [b"a", b"z"]


async def test_an_error_reaches_its_caller_and_the_pool_goes_on() -> None:
    recognizer = GatedRecognizer()
    async with running(recognizer, FakeClock()) as queue:
        bad = await submitted(queue, b"bad", 5)
        good = await submitted(queue, b"good", 6)
        recognizer.gate.release()
        recognizer.gate.release()
        with pytest.raises(InvalidError):
            await bad
        assert (await good).recognition.text == "good"  # type: ignore[attr-defined]


async def test_what_waits_at_the_end_is_told() -> None:
    recognizer = GatedRecognizer()
    async with running(recognizer, FakeClock()) as queue:
        first = await submitted(queue, b"a", 5)
        await entered(recognizer)
        waiting = await submitted(queue, b"b", 5)
    for task in (first, waiting):
        with pytest.raises(TransientError):
            await task
