"""A process of our own for work that would block: models that are loaded once and run job by job.

The event loop only moves bytes. A worker that dies is started again and the job tried once more;
a job that kills it twice is at fault. A worker never outlives the process that started it.
"""

import asyncio
import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar, cast

from viva.platform.errors import InvalidError, TransientError, VivaError
from viva.platform.instruments import Pool
from viva.platform.log import get_logger

Job = TypeVar("Job")
Result = TypeVar("Result")

_ATTEMPTS = 2
_END_WAIT_S = 2.0
_KILL_WAIT_S = 5.0
# OpenMP threads burn CPU while they wait for each other. On a machine with other work, two threads
# of a model took 12 times the CPU and 6 times as long. Read when the libraries load, so set before.
_NO_SPINNING = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}
_log = get_logger(__name__)


class WorkerJobError(RuntimeError):
    """The work raised something unexpected; notes hold the worker's traceback."""


class _WorkerDiedError(Exception):
    """No answer: the worker is gone, or took too long and was killed."""


class WorkerProcess(Generic[Job, Result]):
    """One worker process; jobs run one at a time, in the order of arrival.

    Args:
        name: for logs and process lists.
        load: runs in the worker when it starts, and returns the function that does a job. Must
            be picklable: a module-level function, or a `functools.partial` of one.
        nice: added to the worker's niceness; batch work yields to live work by it.
        start_timeout_s: for loading.
        job_timeout_s: a job that takes longer counts as one that kills the worker.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], Callable[[Job], Result]],
        *,
        nice: int = 0,
        start_timeout_s: float = 300,
        job_timeout_s: float = 600,
    ) -> None:
        self.name = name
        self._load = load
        self._nice = nice
        self._start_timeout_s = start_timeout_s
        self._job_timeout_s = job_timeout_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._stopping = False
        self._busy = False
        self._pool = Pool(name)

    @property
    def pid(self) -> int | None:
        """The worker's process id while it runs."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Returns when the worker has loaded.

        Raises:
            VivaError: what `load` raised, or TransientError where the worker died of it.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._spawn)

    async def run(self, job: Job) -> Result:
        """Does a job in the worker; waits for those before it.

        Raises:
            VivaError: what the work raised.
            InvalidError: `worker_killed`, the job ended the worker twice or took too long.
            TransientError: the service is stopping, or the worker cannot be started.
            WorkerJobError: the work raised something unexpected.
        """
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._pool.entered(self._attempt), job)
        except RuntimeError as error:
            if self._stopping and not isinstance(error, WorkerJobError):
                raise TransientError(f"{self.name} is stopping") from error
            raise

    async def stop(self) -> None:
        """Ends the worker; a job under way fails as transient. Idempotent."""
        self._stopping = True
        if self._busy and self._process:
            self._process.kill()
        await asyncio.to_thread(self._thread.shutdown)
        await asyncio.to_thread(self._discard)

    def _attempt(self, job: Job) -> Result:
        for attempt in range(1, _ATTEMPTS + 1):
            if self._stopping:
                break
            if self._process is None or not self._process.is_alive():
                self._spawn()
            try:
                self._busy = True
                return cast("Result", self._exchange(job, self._job_timeout_s))
            except _WorkerDiedError as error:
                _log.warning("worker_died", worker=self.name, reason=str(error), attempt=attempt)
                if self._process:
                    self._process.kill()
                self._discard()
            finally:
                self._busy = False
        if self._stopping:
            raise TransientError(f"{self.name} is stopping")
        raise InvalidError(f"the job ended {self.name} {_ATTEMPTS} times", code="worker_killed")

    def _spawn(self) -> None:
        for name, value in _NO_SPINNING.items():
            os.environ.setdefault(name, value)
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, self._load, self._nice), name=self.name, daemon=True
        )
        self._process.start()
        theirs.close()
        self._connection = ours
        try:
            self._receive(self._start_timeout_s)
        except _WorkerDiedError as error:
            self._discard()
            raise TransientError(f"{self.name} did not start: {error}") from error
        except BaseException:
            self._discard()
            raise

    def _exchange(self, job: Job, timeout_s: float) -> object:
        connection = self._connection
        if connection is None:
            raise _WorkerDiedError("never started")
        try:
            connection.send(job)
        except OSError as error:
            raise _WorkerDiedError("died while idle") from error
        return self._receive(timeout_s)

    def _receive(self, timeout_s: float) -> object:
        connection = self._connection
        assert connection is not None
        try:
            if not connection.poll(timeout_s):
                raise _WorkerDiedError(f"no answer within {timeout_s:g} s")
            result, error = connection.recv()
        except (EOFError, OSError) as broken:
            raise _WorkerDiedError(f"exit code {self._exit_code()}") from broken
        if error is not None:
            raise cast("Exception", error)
        return result

    def _exit_code(self) -> int | None:
        if self._process is None:
            return None
        self._process.join(_KILL_WAIT_S)
        return self._process.exitcode

    def _discard(self) -> None:
        """An idle worker ends by itself when its pipe closes; any other is killed."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is None:
            return
        process.join(_END_WAIT_S)
        if process.is_alive():
            process.kill()
            process.join(_KILL_WAIT_S)


def _serve(connection: Connection, load: Callable[[], Callable[[Any], Any]], niceness: int) -> None:
    """The worker's life: load, then a job at a time until the other end closes."""
    # Ctrl-C reaches the whole group; the parent decides when its worker ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    if niceness:
        os.nice(niceness)
    try:
        work = load()
    except Exception as error:
        connection.send((None, _portable(error)))
        return
    connection.send((None, None))
    with contextlib.suppress(EOFError, OSError):
        while True:
            connection.send(_done(work, connection.recv()))


def _done(work: Callable[[Any], Any], job: object) -> tuple[object, Exception | None]:
    try:
        return work(job), None
    except Exception as error:
        return None, _portable(error)


def _portable(error: Exception) -> Exception:
    """An error that survives the pipe: ours as they are, others by name and traceback."""
    if isinstance(error, VivaError):
        with contextlib.suppress(Exception):
            pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
            return error
    portable = WorkerJobError(type(error).__name__)
    frames = traceback.extract_tb(error.__traceback__)
    portable.add_note("".join(traceback.format_list(frames)))
    return portable


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
