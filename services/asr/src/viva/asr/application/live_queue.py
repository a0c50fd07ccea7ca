"""Live recognition, most urgent first: a small pool of threads behind a bounded queue."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from viva.asr.application.ports import SpeechRecognizer
from viva.asr.domain.model import Recognition
from viva.platform.clock import Clock
from viva.platform.errors import BackpressureError, TransientError
from viva.platform.instruments import Pool


@dataclass(frozen=True)
class Recognized:
    """A recognition and what it took."""

    recognition: Recognition
    queue_ms: int
    compute_ms: int


@dataclass(order=True)
class _Job:
    deadline: float
    number: int
    arrived: float = field(compare=False)
    recognize: Callable[[], Recognition] = field(compare=False)
    result: asyncio.Future[Recognized] = field(compare=False)


class LiveQueue:
    """Recognizes pieces of live answers by deadline; full is BackpressureError.

    A job whose caller has gone, or whose deadline has passed, costs no computing.
    """

    def __init__(
        self, recognizer: SpeechRecognizer, clock: Clock, *, workers: int, capacity: int
    ) -> None:
        self._recognizer = recognizer
        self._clock = clock
        self._workers = workers
        self._pool = Pool("viva-asr-live")
        self._capacity = capacity
        self._waiting: list[_Job] = []
        self._numbers = itertools.count()
        self._arrived = asyncio.Semaphore(0)
        self._tasks: list[asyncio.Task[None]] = []
        self._threads: ThreadPoolExecutor | None = None

    async def start(self) -> None:
        """Starts the pool."""
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="asr-live")
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._workers)]

    async def stop(self) -> None:
        """Ends the pool; what waits fails as transient."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for job in self._waiting:
            _fail(job, TransientError("recognition is stopping"))
        self._waiting.clear()
        if self._threads:
            await asyncio.to_thread(self._threads.shutdown)

    async def recognize(
        self, pcm: bytes, language: str, *, within_s: float, voiced: bool = False
    ) -> Recognized:
        """Recognize PCM16 mono at 16 kHz within a time; see the port.

        Raises:
            BackpressureError: the queue is full.
            TransientError: `too_late`, its turn came after the time was over.
            InvalidError: as the recognizer says.
        """
        if len(self._waiting) >= self._capacity:
            self._pool.refused()
            raise BackpressureError(
                f"{self._capacity} pieces wait to be recognized", code="recognition_full"
            )
        now = self._clock.monotonic()
        result: asyncio.Future[Recognized] = asyncio.get_running_loop().create_future()
        recognize = self._pool.entered(
            partial(self._recognizer.recognize, pcm, language, voiced=voiced)
        )
        job = _Job(now + within_s, next(self._numbers), now, recognize, result)
        heapq.heappush(self._waiting, job)
        self._arrived.release()
        return await result

    async def _work(self) -> None:
        while True:
            await self._arrived.acquire()
            if not self._waiting:
                continue
            job = heapq.heappop(self._waiting)
            if not job.result.done():
                await self._do(job)

    async def _do(self, job: _Job) -> None:
        begun = self._clock.monotonic()
        if begun >= job.deadline:
            self._pool.refused()
            _fail(job, TransientError("its turn came after its deadline", code="too_late"))
            return
        try:
            recognition = await asyncio.get_running_loop().run_in_executor(
                self._threads, job.recognize
            )
        except asyncio.CancelledError:
            _fail(job, TransientError("recognition is stopping"))
            raise
        except Exception as error:  # the caller gets it, the pool goes on
            _fail(job, error)
            return
        queue_ms = round((begun - job.arrived) * 1000)
        compute_ms = round((self._clock.monotonic() - begun) * 1000)
        if not job.result.done():
            job.result.set_result(Recognized(recognition, queue_ms, compute_ms))


def _fail(job: _Job, error: Exception) -> None:
    if not job.result.done():
        job.result.set_exception(error)
