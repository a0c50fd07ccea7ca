"""What `make kube` can be told. Variables start with `VIVA_KUBE_`, but for the common ones."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from viva.audio.models import ModelStore


class KubeError(Exception):
    """It cannot go on; the text says why."""


@dataclass(frozen=True)
class KubeSettings:
    """Where the cluster is, and what it can reach.

    Attributes:
        tool: a program that keeps a cluster on this machine: `start DIR` leaves DIR/kubeconfig,
            `load DIR TAR` brings an image, `keda DIR` installs KEDA, `stop DIR` ends it.
        kubeconfig: of a cluster that runs already; then images come from `registry`.
        host: an address of this machine that pods reach: Kafka, PostgreSQL and S3 listen there.
        kafka_home: an unpacked Apache Kafka.
        folder: state, logs and data of a run.
    """

    tool: Path | None
    kubeconfig: Path | None
    host: str
    kafka_home: Path
    kubectl: str
    registry: str
    tag: str
    build: bool
    models: Path
    folder: Path

    @classmethod
    def from_environment(cls) -> "KubeSettings":
        """Reads the variables.

        Raises:
            KubeError: something is missing; the text names the variable.
        """
        env = os.environ
        if not env.get("VIVA_KUBE_TOOL") and not env.get("KUBECONFIG"):
            raise KubeError("set KUBECONFIG (a cluster that runs) or VIVA_KUBE_TOOL (starts one)")
        if not env.get("VIVA_KUBE_HOST"):
            raise KubeError("set VIVA_KUBE_HOST: an address of this machine that pods can reach")
        if not env.get("KAFKA_HOME"):
            raise KubeError("set KAFKA_HOME: an unpacked Apache Kafka")
        kubectl = env.get("VIVA_KUBECTL") or shutil.which("kubectl")
        if not kubectl:
            raise KubeError("kubectl is not installed; or set VIVA_KUBECTL")
        tool, config = env.get("VIVA_KUBE_TOOL"), env.get("KUBECONFIG")
        return cls(
            tool=Path(tool) if tool else None,
            kubeconfig=Path(config) if config else None,
            host=env["VIVA_KUBE_HOST"],
            kafka_home=Path(env["KAFKA_HOME"]),
            kubectl=kubectl,
            registry=env.get("VIVA_KUBE_REGISTRY", "localhost"),
            tag=env.get("VIVA_IMAGE_TAG", "0.1.0"),
            build=env.get("VIVA_KUBE_BUILD", "yes") == "yes",
            models=ModelStore().root,
            folder=Path(env.get("VIVA_KUBE_FOLDER", ".viva/kube")).resolve(),
        )
