"""Bad input on the cluster: each must be told in clear words, with nothing half done."""

import asyncio
import re
import time
from collections.abc import Iterator
from typing import Any

from tests.kube.cluster import NAMESPACE, Cluster
from tests.kube.outside import Outside
from tests.kube.release import Release
from tests.kube.settings import KubeError
from tests.kube.wrong import (
    REFUSALS,
    Refusal,
    expired_certificate,
    narrow_topics,
    older_database,
    pod_of,
    secret,
)

_LIMIT_S = 240
_WRONG_VALUES: dict[str, tuple[dict[str, Any], str]] = {
    "a misspelt value": ({"gatway": {}}, r"gatway"),
    "a secret's name that is missing": (
        {"database": {"existingSecret": ""}},
        r"database\.existingSecret is empty: set it",
    ),
    "more replicas than partitions": (
        {"services": {"asr": {"autoscaling": {"max": 13}}}},
        r"asr may get 13 replicas.*lower services\.asr",
    ),
    "more connections than the database grants": (
        {"database": {"connectionBudget": 20}},
        r"connectionBudget grants 20: lower",
    ),
}


def refuse(cluster: Cluster, release: Release, outside: Outside) -> Iterator[str]:
    """Tries each; tells what was said.

    Raises:
        KubeError: something wrong was taken, or refused in other words.
    """
    for what, (values, says) in _WRONG_VALUES.items():
        yield f"{what}: {_found(what, says, release.refused(**values))}"
    left = cluster.call("get", "all,configmap,secret", "-l", "app.kubernetes.io/instance=wrong")
    if left.stdout.strip():
        raise KubeError(f"wrong values left objects: {left.stdout}")
    asyncio.run(narrow_topics(outside.kafka))
    cluster.apply(
        secret("viva-expired", NAMESPACE, expired_certificate()),
        secret("viva-database-older", NAMESPACE, {"session": older_database(outside)}),
    )
    for number, refusal in enumerate(REFUSALS):
        name = f"refused-{number}"
        cluster.apply(pod_of(release.rendered(**refusal.values), refusal, name))
        yield f"{refusal.what}: {_met(cluster, refusal, name)}"
        cluster.call("delete", "pod", name, "--wait=false")


def _met(cluster: Cluster, refusal: Refusal, name: str) -> str:
    """Waits until the pod says what it must."""
    deadline = time.monotonic() + _LIMIT_S
    said = ""
    while time.monotonic() < deadline:
        phase = cluster.get("pod", name)["status"]["phase"]
        asked = ("exec", name, "--", "viva", "ready") if refusal.ready else ("logs", name)
        answer = cluster.call(*asked, check=False)
        said = answer.stdout or answer.stderr
        over = phase in {"Succeeded", "Failed"}
        if (over or refusal.ready) and re.search(refusal.says, said, re.DOTALL):
            return ("degraded" if refusal.ready else "exit") + f": {_line(refusal.says, said)}"
        if over:
            break
        time.sleep(1)
    raise KubeError(f"{refusal.what}: {said[-1500:]}")


def _found(what: str, says: str, said: str) -> str:
    if not re.search(says, said, re.DOTALL):
        raise KubeError(f"{what} was {'refused with: ' + said if said else 'taken'}")
    return f"refused: {_line(says, said)}"


def _line(says: str, said: str) -> str:
    """The line that says it, or the end of a long one."""
    lines = [line for line in said.splitlines() if re.search(says, line)]
    return (lines[0] if lines else said.strip().replace("\n", " "))[-400:]
