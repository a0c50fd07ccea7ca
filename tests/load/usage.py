"""CPU seconds by service: capacity is counted from them, because other work changes them little."""

from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from viva.platform.run import service_names
from viva.testkit.stack import Stack


@dataclass(frozen=True)
class Usage:
    """What each part has used so far, or in between two looks.

    Attributes:
        cpu_s: user and system seconds of a service's process and its workers.
    """

    cpu_s: dict[str, float]

    def since(self, earlier: "Usage") -> "Usage":
        """The difference to an earlier look."""
        return Usage({k: max(0.0, v - earlier.cpu_s.get(k, 0.0)) for k, v in self.cpu_s.items()})

    def less(self, idle: "Usage", times: float) -> "Usage":
        """Without what idling would have used."""
        return Usage(
            {k: max(0.0, v - times * idle.cpu_s.get(k, 0.0)) for k, v in self.cpu_s.items()}
        )


def look(stack: Stack) -> Usage:
    """Reads every service's CPU seconds; `database` and `broker` beside them."""
    state = stack.state()
    roots = {name: stack.pid(name) for name in service_names()}
    if state.get("broker_pid"):
        roots["broker"] = int(state["broker_pid"])
    found = {name: _tree(pid) for name, pid in roots.items()}
    postmaster = stack.folder / "home" / "postgres" / "postmaster.pid"
    if postmaster.exists():
        found["database"] = _tree(int(postmaster.read_text().split()[0]))
    return Usage(found)


def _tree(pid: int) -> float:
    """A process, its living children, and what its ended children had used."""
    try:
        root = psutil.Process(pid)
        return sum(_used(process) for process in _with_children(root))
    except psutil.NoSuchProcess:
        return 0.0


def _with_children(root: psutil.Process) -> Iterable[psutil.Process]:
    return [root, *root.children(recursive=True)]


def _used(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
