"""What the worker of test_worker_process does; imported by the worker too."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from viva.platform.errors import InvalidError

Work = Callable[[str], str]


def load(greeting: str = "") -> Work:
    def work(job: str) -> str:
        match job:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "invalid":
                raise InvalidError("no", code="of_ours")
            case "bug":
                return str(1 / 0)
            case "hang":
                time.sleep(60)
            case "nice":
                return str(os.nice(0))
            case job if job.startswith("once:"):
                marker = Path(job.removeprefix("once:"))
                if not marker.exists():
                    marker.touch()
                    os.kill(os.getpid(), signal.SIGKILL)
        return greeting + job

    return work


def load_nothing() -> Work:
    raise InvalidError("no model", code="model_missing")
