"""The cluster: kubectl, images, and the program that keeps a cluster on this machine."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.kube.settings import KubeError, KubeSettings

ROOT = Path(__file__).parents[2]
NAMESPACE = "viva-test"
KEDA = "keda"
IMAGES = (
    "gateway",
    "session",
    "telephony",
    "asr",
    "diarization",
    "scoring",
    "fraud",
    "notification",
    "testkit",
)
_KEDA_S = 180


class Cluster:
    """One namespace of a cluster."""

    def __init__(self, settings: KubeSettings) -> None:
        self._settings = settings
        self.kubeconfig = settings.kubeconfig or self._tool_folder / "kubeconfig"

    @property
    def _tool_folder(self) -> Path:
        return self._settings.folder.parent / "cluster"

    def start(self) -> None:
        """Starts the local cluster and KEDA, where no running one was named."""
        if self._settings.kubeconfig is None:
            self._tool("start")
        if self.call("get", "crd", "scaledobjects.keda.sh", check=False).returncode:
            if self._settings.tool is None:
                raise KubeError("the cluster has no KEDA: install it first")
            self._tool("keda")
        elif self._settings.tool is not None:
            self._restart_keda()

    def _restart_keda(self) -> None:
        """A cluster that was ended and started again shows the pods of then, dead or alive."""
        names = self.call("-n", KEDA, "get", "deployments", "-o", "name").stdout.split()
        for name in names:
            self.call("-n", KEDA, "rollout", "restart", name)
        for name in names:
            self.call("-n", KEDA, "rollout", "status", name, f"--timeout={_KEDA_S}s")

    def stop(self) -> None:
        """Ends the local cluster; another one is left alone."""
        if self._settings.kubeconfig is None:
            self._tool("stop")

    def load_images(self) -> None:
        """Builds the images and brings them to the node; a cluster elsewhere pulls them itself."""
        subprocess.run([ROOT / "deploy/docker/build"], check=True)
        if self._settings.tool is None:
            return
        for name in IMAGES:
            image = f"localhost/viva/{name}:{self._settings.tag}"
            with tempfile.TemporaryDirectory() as folder:
                archive = f"{folder}/{name}.tar"
                target = f"docker-archive:{archive}:{image}"
                subprocess.run(["buildah", "push", "--quiet", image, target], check=True)
                self._tool("load", archive)

    def make_namespace(self, objects: list[dict[str, Any]]) -> None:
        """Makes the namespace, which enforces the restricted standard, and what lies in it."""
        level = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
        namespace = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": NAMESPACE, "labels": level},
        }
        self.apply(namespace, *objects)

    def apply(self, *objects: dict[str, Any]) -> None:
        """Makes or changes objects."""
        listing = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.call("apply", "-f", "-", text=json.dumps(listing))

    def call(
        self, *arguments: str, text: str = "", check: bool = True, timeout: float = 600
    ) -> subprocess.CompletedProcess[str]:
        """Runs kubectl in the namespace.

        Raises:
            KubeError: it failed; the text is what it said.
        """
        command = [self._settings.kubectl, "--kubeconfig", str(self.kubeconfig), "-n", NAMESPACE]
        done = subprocess.run(
            [*command, *arguments],
            input=text,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode:
            raise KubeError(f"kubectl {' '.join(arguments[:3])}: {done.stderr.strip()}")
        return done

    def get(self, *arguments: str) -> Any:
        """Reads objects as JSON."""
        return json.loads(self.call("get", *arguments, "-o", "json").stdout)

    def ready_pods(self, component: str) -> list[str]:
        """Names of a service's pods that are ready and are not going."""
        found = self.get("pods", "-l", f"app.kubernetes.io/component={component}")["items"]
        return [
            pod["metadata"]["name"]
            for pod in found
            if "deletionTimestamp" not in pod["metadata"]
            and any(
                condition["type"] == "Ready" and condition["status"] == "True"
                for condition in pod["status"].get("conditions", [])
            )
        ]

    def _tool(self, command: str, *arguments: str) -> None:
        tool = self._settings.tool
        if tool is None:
            raise KubeError("VIVA_KUBE_TOOL is not set")
        self._tool_folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([tool, command, self._tool_folder, *arguments], check=True)
