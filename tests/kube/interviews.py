"""Simulated candidates in pods of their own, inside the cluster."""

import json
import re
import time
from dataclasses import dataclass
from typing import Any

from tests.kube.cluster import Cluster
from tests.kube.release import Release
from tests.kube.settings import KubeError

_LIMIT_S = 600


@dataclass(frozen=True)
class Outcome:
    """How one interview ended."""

    status: str
    score: int | None
    interview_id: str


class Candidate:
    """One interview that is under way in a pod."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self.name = name

    @classmethod
    def begin(cls, cluster: Cluster, release: Release, name: str) -> "Candidate":
        """Sends a candidate in."""
        cluster.call("delete", "pod", name, "--ignore-not-found", "--wait")
        cluster.apply(release.candidate_pod(name))
        return cls(cluster, name)

    def lines(self) -> str:
        """What it printed so far."""
        return self._cluster.call("logs", self.name, "-c", "candidate", check=False).stdout

    def wait_for_line(self, pattern: str, times: int = 1) -> None:
        """Waits until it printed something.

        Raises:
            KubeError: it ended first, or never did.
        """
        deadline = time.monotonic() + _LIMIT_S
        while len(re.findall(pattern, self.lines())) < times:
            if self._phase() in {"Succeeded", "Failed"} or time.monotonic() > deadline:
                raise KubeError(f"{self.name} never said {pattern!r}:\n{self.lines()[-2000:]}")
            time.sleep(1)

    def talks(self) -> bool:
        """Whether it has not ended yet."""
        return self._phase() not in {"Succeeded", "Failed"}

    def outcome(self) -> Outcome:
        """Waits for the verdict.

        Raises:
            KubeError: there is none.
        """
        deadline = time.monotonic() + _LIMIT_S
        while self._phase() not in {"Succeeded", "Failed"}:
            if time.monotonic() > deadline:
                raise KubeError(f"{self.name} goes on for ever:\n{self.lines()[-2000:]}")
            time.sleep(1)
        return read_outcome(self.lines())

    def _phase(self) -> str:
        pod: dict[str, Any] = self._cluster.get("pod", self.name)
        return str(pod["status"]["phase"])


def read_outcome(text: str) -> Outcome:
    """Finds the verdict in what `viva demo` printed.

    Raises:
        KubeError: it printed none.
    """
    start = text.rfind("\n{")
    if start < 0:
        raise KubeError(f"no verdict:\n{text[-2000:]}")
    verdict, _ = json.JSONDecoder().raw_decode(text[start:].strip())
    return Outcome(verdict["status"], verdict["overall_score"], verdict["interview_id"])
