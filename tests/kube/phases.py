"""What `make kube` does, step by step, with times."""

import time
from collections.abc import Callable

from tests.kube.cluster import NAMESPACE, Cluster
from tests.kube.interviews import Candidate, Outcome
from tests.kube.lag import repeat_answers
from tests.kube.outside import Outside
from tests.kube.refusing import refuse
from tests.kube.release import NAME, Release
from tests.kube.settings import KubeError, KubeSettings

_REPEATED = 30
_SCALE_LIMIT_S = 600
# Overall scores of one voice and one script: what the moment of a reply moves, and no more.
_APART = 5
_DELETED = (
    *("fraud", "scoring", "diarization", "notification"),
    *("telephony", "asr", "gateway", "session"),
)
_INSTANCE = f"app.kubernetes.io/instance={NAME}"


class Run:
    """One run; each phase may also be run alone, in this order."""

    def __init__(self) -> None:
        self._settings = KubeSettings.from_environment()
        self._cluster = Cluster(self._settings)
        self._outside = Outside(self._settings)
        self._release = Release(self._settings, self._cluster, self._outside)
        self._began = time.monotonic()
        self._scores: list[int] = []

    def images(self) -> None:
        """Starts the cluster, builds the images and loads them."""
        self._cluster.start()
        if self._settings.build:
            self._cluster.load_images()

    def install(self) -> None:
        """Starts Kafka, PostgreSQL and S3 outside, and installs the chart."""
        self._outside.start()
        self._say(f"Kafka {self._outside.kafka}, PostgreSQL and S3 run outside the cluster")
        self._release.prepare()
        self._say(f"namespace {NAMESPACE} enforces the restricted standard")
        began = time.monotonic()
        self._release.install()
        self._say(f"installed, all pods ready after {time.monotonic() - began:.0f} s")

    def test(self) -> None:
        """Runs helm test: a whole interview inside the cluster."""
        began = time.monotonic()
        self._release.test()
        self._say(f"helm test is green after {time.monotonic() - began:.0f} s")

    def lag(self) -> None:
        """Makes lag, and watches KEDA scale asr up and down again."""
        count = repeat_answers(self._outside.kafka, _REPEATED)
        if not count:
            raise KubeError("no recorded answer on the topic: run the phase `test` first")
        self._say(f"{count} answers given to asr again")
        self._wait_for_replicas("asr", 3)
        self._wait_for_replicas("asr", 1)

    def live(self) -> None:
        """Live conversations: KEDA scales session with them, and cuts none when it scales down."""
        few = {"session": {"autoscaling": {"min": 1, "max": 2, "conversations": 1}}}
        self._release.upgrade(services=few)
        self._wait_for_replicas("session", 1)
        people = self._send_in("candidate-live-1", "candidate-live-2")
        self._wait_for_replicas("session", 2)
        for person in people:
            self._check(person, person.outcome())
        self._wait_for_replicas("session", 1)

    def upgrade(self) -> None:
        """Upgrades while two interviews are under way."""
        people = self._send_in("candidate-1", "candidate-2")
        self._say("two interviews are under way; upgrading")
        revision = self._release.upgrade(settings={"logLevel": "DEBUG"})
        self._say(f"revision {revision} is ready")
        for person in people:
            self._check(person, person.outcome())

    def delete(self) -> None:
        """Deletes a pod of each service during an interview."""
        (person,) = self._send_in("candidate-3")
        for name in _DELETED:
            pods = self._cluster.ready_pods(name)
            self._cluster.call("delete", "pod", pods[0], "--wait=false")
            self._say(f"deleted {pods[0]}")
            time.sleep(8)
        if not person.talks():
            raise KubeError("the interview was over before every service had lost a pod")
        self._check(person, person.outcome())

    def uninstall(self) -> None:
        """Uninstalls, and looks for what is left."""
        self._cluster.call("delete", "pods", "-l", "viva-candidate=yes", "--wait=false")
        self._release.uninstall()
        left = self._left_over()
        if left:
            raise KubeError(f"uninstall left {', '.join(left)}")
        self._say("uninstalled; no object of the release is left")

    def refusals(self) -> None:
        """Gives it wrong values, topics, schemas, certificates, disks; looks for clear words."""
        for line in refuse(self._cluster, self._release, self._outside):
            self._say(line)

    def down(self) -> None:
        """Deletes the namespace and ends what was started."""
        self._cluster.call("delete", "namespace", NAMESPACE, "--wait")
        self._cluster.call("delete", "persistentvolume", f"{NAMESPACE}-models")
        self._outside.stop()
        self._cluster.stop()

    def _send_in(self, *names: str) -> list[Candidate]:
        """Simulated candidates, each amid its interview."""
        people = [Candidate.begin(self._cluster, self._release, name) for name in names]
        for person in people:
            person.wait_for_line("interviewer", times=2)
        return people

    def _wait_for_replicas(self, service: str, count: int) -> None:
        began, last = time.monotonic(), -1
        while last != count:
            if time.monotonic() - began > _SCALE_LIMIT_S:
                raise KubeError(f"{service} did not come to {count} replicas")
            deployment = self._cluster.get("deployment", f"{NAME}-{service}")
            found, wanted = deployment["status"].get("readyReplicas", 0), deployment["spec"]
            if found != last:
                took_s = time.monotonic() - began
                self._say(f"{service}: {found} ready of {wanted['replicas']}, {took_s:.0f} s")
                last = found
            time.sleep(1)

    def _check(self, person: Candidate, outcome: Outcome) -> None:
        if outcome.status != "completed" or outcome.score is None:
            raise KubeError(f"{person.name}: {outcome.status}\n{person.lines()[-3000:]}")
        self._say(f"{person.name}: {outcome.status}, overall score {outcome.score}")
        self._scores.append(outcome.score)
        if max(self._scores) - min(self._scores) > _APART:
            raise KubeError(f"the same answers got scores {self._scores}")

    def _left_over(self) -> list[str]:
        kinds = self._cluster.call("api-resources", "--namespaced", "--verbs=list", "-o", "name")
        skipped = ("events", "metrics.k8s.io", "external.metrics")
        names = [kind for kind in kinds.stdout.split() if not kind.startswith(skipped)]
        found = self._cluster.call("get", ",".join(names), "-l", _INSTANCE, "-o", "name").stdout
        return found.split()

    def _say(self, what: str) -> None:
        print(
            f"{time.strftime('%H:%M:%S')}  {time.monotonic() - self._began:5.0f} s  {what}",
            flush=True,
        )


PHASES = (
    *("images", "install", "test", "lag", "live", "upgrade", "delete", "uninstall"),
    *("refusals", "down"),
)


def run(names: list[str]) -> None:
    """Runs phases in order.

    Raises:
        KubeError: one failed, or there is no such phase.
    """
    unknown = set(names) - set(PHASES)
    if unknown:
        raise KubeError(f"no phase {', '.join(unknown)}; there are: {', '.join(PHASES)}")
    this = Run()
    for name in PHASES:
        if not names or name in names:
            phase: Callable[[], None] = getattr(this, name)
            print(f"--- {name}: {phase.__doc__}", flush=True)
            phase()
