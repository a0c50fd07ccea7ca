"""The release: its values, its secrets, and Helm's five verbs."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import helm_python as helm
import yaml

from tests.chart.rendering import CHART, merged
from tests.kube.cluster import NAMESPACE, Cluster
from tests.kube.outside import BUCKET, Outside
from tests.kube.settings import KubeSettings
from tests.kube.wrong import secret
from viva.platform.db.roles import SERVICES_WITH_TABLES
from viva.testkit.authority import Authority

NAME = "viva"
_CLAIM = "viva-models"
_START_S = 420


class Release:
    """Viva, as a platform team installs it."""

    def __init__(self, settings: KubeSettings, cluster: Cluster, outside: Outside) -> None:
        self._settings = settings
        self._outside = outside
        self._cluster = cluster

    def values(self, **more: Any) -> dict[str, Any]:
        """tests/kube/values.yaml, what is known only now, and `more`."""
        written = yaml.safe_load((Path(__file__).parent / "values.yaml").read_text("utf-8"))
        found = {
            "image": {"registry": self._settings.registry, "tag": self._settings.tag},
            "kafka": {"bootstrap": self._outside.kafka},
            "objects": {"url": f"s3://{BUCKET}/recordings", "endpoint": self._outside.s3},
            "models": {"source": "claim", "claim": _CLAIM},
        }
        return merged(written, found, more)

    def prepare(self) -> None:
        """Makes the namespace, the secrets and the volume of the models."""
        urls = {name: self._outside.database_url(name) for name in SERVICES_WITH_TABLES}
        keys = {"access-key-id": "viva", "secret-access-key": "viva-secret"}
        self._cluster.make_namespace(
            [
                secret("viva-database", NAMESPACE, urls),
                secret("viva-objects", NAMESPACE, keys),
                secret("viva-grpc", NAMESPACE, _certificate()),
                _volume(self._settings.models),
                _claim(),
            ]
        )

    def install(self) -> None:
        """Installs, and waits until all is ready."""
        with self._helm() as config:
            config.install(str(CHART), NAME, self.values(), wait="watcher", timeout=_START_S)

    def upgrade(self, **more: Any) -> int:
        """Upgrades, waits until the new pods are ready, tells the revision."""
        with self._helm() as config:
            done = config.upgrade(
                str(CHART), NAME, self.values(**more), wait="watcher", timeout=_START_S
            )
        return int(done["revision"])

    def test(self) -> None:
        """Runs `helm test`.

        Raises:
            helm.HelmError: the interview did not complete.
        """
        with self._helm() as config:
            config.test(NAME, timeout=600)

    def uninstall(self) -> None:
        """Uninstalls, and waits until all is gone."""
        with self._helm() as config:
            config.uninstall(NAME, wait="watcher", timeout=300)
        self._cluster.call("wait", "--for=delete", "pods", "--all", "--timeout=300s", check=False)

    def rendered(self, **more: Any) -> list[dict[str, Any]]:
        """Every object of the chart, hooks included, with `more` values."""
        with helm.Chart.load(str(CHART)) as chart:
            texts = chart.render(self.values(**more), name=NAME, namespace=NAMESPACE)
        return [
            found
            for path, text in texts.items()
            if path.endswith(".yaml")
            for found in yaml.safe_load_all(text)
            if found
        ]

    def refused(self, **more: Any) -> str:
        """Tries to install with wrong values, as another release; gives what Helm said."""
        try:
            with self._helm() as config:
                config.install(str(CHART), "wrong", self.values(**more), timeout=30)
        except helm.HelmError as error:
            return str(error)
        return ""

    def candidate_pod(self, name: str) -> dict[str, Any]:
        """The pod of `helm test` under another name: one more simulated candidate."""
        with helm.Chart.load(str(CHART)) as chart:
            texts = chart.render(self.values(), name=NAME, namespace=NAMESPACE)
        pod: dict[str, Any] = yaml.safe_load(texts["viva/templates/tests/interview.yaml"])
        pod["metadata"] = {"name": name, "labels": {"viva-candidate": "yes"}}
        return pod

    def _helm(self) -> helm.Config:
        return helm.Config(kubeconfig_path=str(self._cluster.kubeconfig), namespace=NAMESPACE)


def _certificate() -> dict[str, str]:
    """What the services show one another, and the authority that signed it."""
    files = {"ca.crt": "ca", "tls.crt": "own", "tls.key": "key"}
    with TemporaryDirectory() as folder:
        authority = Authority.make(Path(folder) / "authority")
        authority.issue()
        return {key: authority.file(name).read_text("utf-8") for key, name in files.items()}


def _volume(folder: Path) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"{NAMESPACE}-models"},
        "spec": {
            "capacity": {"storage": "2Gi"},
            "accessModes": ["ReadOnlyMany"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "",
            "hostPath": {"path": str(folder), "type": "Directory"},
            "claimRef": {"name": _CLAIM, "namespace": NAMESPACE},
        },
    }


def _claim() -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": _CLAIM, "namespace": NAMESPACE},
        "spec": {
            "accessModes": ["ReadOnlyMany"],
            "storageClassName": "",
            "volumeName": f"{NAMESPACE}-models",
            "resources": {"requests": {"storage": "2Gi"}},
        },
    }
