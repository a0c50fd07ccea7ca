"""What is wrong on purpose: topics, a schema, a certificate, and the pods that meet them."""

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.kube.outside import POSTGRES_PORT, Outside
from viva.contracts.catalogue import catalogue
from viva.platform.db.connection import connect

NARROW = "narrow."
OLDER = "viva_older"
_FEW = 3

Spec = dict[str, Any]


@dataclass(frozen=True)
class Refusal:
    """One thing that is wrong, and how it must be told.

    Attributes:
        of: "Job" or "Deployment", and its name behind the release's: whose pod meets it.
        says: what its log must say, or its `/readyz` where `ready`.
        change: of the pod, what values cannot say.
        ready: whether the pod starts nevertheless, and is degraded.
    """

    what: str
    of: tuple[str, str]
    says: str
    values: Spec = field(default_factory=dict)
    change: Callable[[Spec], None] = lambda _spec: None
    ready: bool = False


def _no_models(spec: Spec) -> None:
    for volume in spec["volumes"]:
        if volume["name"] == "models":
            volume.pop("persistentVolumeClaim", None)
            volume["emptyDir"] = {}


def _small_disk(spec: Spec) -> None:
    container = spec["containers"][0]
    container["env"] = [
        *(entry for entry in container["env"] if not entry["name"].startswith("VIVA_OBJECTS")),
        {"name": "VIVA_OBJECTS_URL", "value": "file:///small/objects"},
    ]
    container["volumeMounts"].append({"name": "small", "mountPath": "/small"})
    small = {"medium": "Memory", "sizeLimit": "8Mi"}
    spec["volumes"].append({"name": "small", "emptyDir": small})


REFUSALS = (
    Refusal(
        "the topics job on a Kafka whose topics have too few partitions",
        ("Job", "topics"),
        rf"has {_FEW} partitions, the catalogue says 12",
        {"kafka": {"topicPrefix": NARROW}},
    ),
    Refusal(
        "a service on that Kafka",
        ("Deployment", "fraud"),
        rf"degraded.*topics.*has {_FEW} partitions, the catalogue says 12",
        {"kafka": {"topicPrefix": NARROW}},
        ready=True,
    ),
    Refusal(
        "a schema of the release before",
        ("Deployment", "session"),
        r"schema session is at revision 0001 of .*, this release needs \d+.*viva migrate",
        {"database": {"existingSecret": "viva-database-older"}},
    ),
    Refusal(
        "a volume that lacks a model",
        ("Deployment", "asr"),
        r"model \S+ is not in /models; run: viva models pull",
        {"kafka": {"topicPrefix": NARROW}},
        _no_models,
    ),
    Refusal(
        "a certificate that has expired",
        ("Deployment", "asr"),
        r"VIVA_GRPC_(CA|CERTIFICATE)_FILE: .*the certificate expired on 20\d\d-",
        {"tls": {"enabled": True, "existingSecret": "viva-expired"}},
    ),
    Refusal(
        "a full disk",
        ("Deployment", "fraud"),
        r"degraded.*objects.*disk_full",
        {"kafka": {"topicPrefix": NARROW}},
        _small_disk,
        ready=True,
    ),
)


async def narrow_topics(bootstrap: str) -> None:
    """Makes the catalogue's topics under a prefix of their own, with too few partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(NARROW + each.name, _FEW, 1) for each in catalogue()])
    finally:
        await admin.close()


def older_database(outside: Outside) -> str:
    """Makes a database whose schema of session is that of an earlier revision; gives its URL."""
    url = outside.database_url("session").rpartition("/")[0] + f"/{OLDER}"
    asyncio.run(_admin(f"DROP DATABASE IF EXISTS {OLDER}", f"CREATE DATABASE {OLDER}"))
    asyncio.run(_admin('CREATE SCHEMA "session" AUTHORIZATION "viva_session"', database=OLDER))
    command = [str(Path(sys.executable).with_name("viva")), "migrate", "session"]
    settings = {"VIVA_DATABASE_URL": url, "VIVA_KAFKA_BOOTSTRAP": outside.kafka}
    subprocess.run(command, env=os.environ | settings, check=True, capture_output=True)
    older = "UPDATE session.service_version SET version_num = '0001'"
    asyncio.run(_admin(older, database=OLDER))
    return url


async def _admin(*statements: str, database: str = "postgres") -> None:
    connection = await connect(f"postgresql://postgres@127.0.0.1:{POSTGRES_PORT}/{database}")
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def expired_certificate() -> dict[str, str]:
    """A certificate of its own authority that was good until yesterday, as a secret has it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "viva.internal")])
    yesterday = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(yesterday - timedelta(days=90))
        .not_valid_after(yesterday)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("viva.internal")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    shown = certificate.public_bytes(pem).decode()
    kept = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return {"ca.crt": shown, "tls.crt": shown, "tls.key": kept}


def pod_of(manifests: list[Spec], refusal: Refusal, name: str) -> Spec:
    """The pod that a Job or Deployment would start, with its settings in it and no probes."""
    kind, suffix = refusal.of
    owner = next(
        one
        for one in manifests
        if one["kind"] == kind and one["metadata"]["name"].endswith(f"-{suffix}")
    )
    spec: Spec = owner["spec"]["template"]["spec"]
    settings = {
        f"{one['metadata']['name']}": one["data"] for one in manifests if one["kind"] == "ConfigMap"
    }
    container = spec["containers"][0]
    shared = settings[container.pop("envFrom")[0]["configMapRef"]["name"]]
    container["env"] = [
        *({"name": key, "value": value} for key, value in shared.items()),
        *container.get("env", []),
    ]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        container.pop(probe, None)
    spec.pop("serviceAccountName", None)
    spec |= {"restartPolicy": "Never", "terminationGracePeriodSeconds": 5}
    refusal.change(spec)
    metadata = {"name": name, "labels": {"viva-refused": "yes"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def secret(name: str, namespace: str, values: dict[str, str]) -> Spec:
    """An object of kind Secret."""
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    where = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": where, "data": data}
