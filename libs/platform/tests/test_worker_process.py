import asyncio
import importlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from viva.platform.errors import InvalidError, TransientError
from viva.platform.worker_process import WorkerJobError, WorkerProcess


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module that the worker can import as well; spawn hands it our sys.path."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module("worker_process_jobs")


@pytest.fixture
async def worker(jobs: Any) -> AsyncIterator[WorkerProcess[str, str]]:
    worker: WorkerProcess[str, str] = WorkerProcess(
        "w", partial(jobs.load, "hello "), nice=3, job_timeout_s=30
    )
    await worker.start()
    yield worker
    await worker.stop()


async def test_does_jobs_in_order_in_a_niced_process(worker: WorkerProcess[str, str]) -> None:
    assert await asyncio.gather(worker.run("a"), worker.run("b")) == ["hello a", "hello b"]
    assert await worker.run("nice") == str(os.nice(0) + 3)


async def test_errors_come_back(worker: WorkerProcess[str, str]) -> None:
    with pytest.raises(InvalidError) as ours:
        await worker.run("invalid")
    assert ours.value.code == "of_ours"
    with pytest.raises(WorkerJobError, match="ZeroDivisionError") as unexpected:
        await worker.run("bug")
    assert "worker_process_jobs.py" in unexpected.value.__notes__[0]


async def test_a_job_that_kills_is_at_fault_and_the_next_one_works(
    worker: WorkerProcess[str, str],
) -> None:
    with pytest.raises(InvalidError) as killed:
        await worker.run("die")
    assert killed.value.code == "worker_killed"
    assert await worker.run("a") == "hello a"


async def test_a_worker_that_died_is_started_again(
    worker: WorkerProcess[str, str], tmp_path: Path
) -> None:
    job = f"once:{tmp_path / 'marker'}"
    assert await worker.run(job) == f"hello {job}"


async def test_a_job_that_hangs_is_at_fault(jobs: Any) -> None:
    worker: WorkerProcess[str, str] = WorkerProcess("w", jobs.load, job_timeout_s=0.2)
    await worker.start()
    try:
        with pytest.raises(InvalidError):
            await worker.run("hang")
    finally:
        await worker.stop()


async def test_stop_ends_a_job_under_way(worker: WorkerProcess[str, str]) -> None:
    job = asyncio.create_task(worker.run("hang"))
    await asyncio.sleep(0)
    await worker.stop()
    await worker.stop()
    with pytest.raises(TransientError):
        await job
    with pytest.raises(TransientError):
        await worker.run("a")


async def test_what_loading_raises_is_raised_by_start(jobs: Any) -> None:
    worker: WorkerProcess[str, str] = WorkerProcess("w", jobs.load_nothing)
    with pytest.raises(InvalidError) as missing:
        await worker.start()
    assert missing.value.code == "model_missing"
    await worker.stop()


def test_a_worker_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(
        "import asyncio, time\n"
        "from viva.platform.worker_process import WorkerProcess\n"
        "def work(job):\n    time.sleep(600)\n"
        "def load():\n    return work\n"
        "async def main():\n"
        "    worker = WorkerProcess('w', load)\n"
        "    await worker.start()\n"
        "    print(worker.pid, flush=True)\n"
        "    await worker.run(1)\n"
        "if __name__ == '__main__':\n    asyncio.run(main())\n"
    )
    parent = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        if state == "Z":  # dead, not yet reaped by init
            return
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()
