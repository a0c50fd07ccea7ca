"""The chart, rendered by Helm itself without a cluster."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import helm_python as helm
import yaml

CHART = Path(__file__).parents[2] / "charts" / "viva"
Manifest = dict[str, Any]

MINIMAL: Manifest = {
    "publicUrl": "https://viva.example.com",
    "kafka": {"bootstrap": "kafka-0:9092,kafka-1:9092"},
    "database": {"existingSecret": "viva-database"},
    "objects": {"url": "s3://viva/recordings"},
}
EVERYTHING: Manifest = {
    "commonLabels": {"team": "talent"},
    "image": {"registry": "registry.example.com", "pullSecrets": ["registry"]},
    "settings": {"extraEnv": {"VIVA_OUTBOX_KEEP_HOURS": 72}},
    "kafka": {
        "securityProtocol": "SASL_SSL",
        "sasl": {"existingSecret": "kafka-user"},
        "tls": {"existingSecret": "kafka-tls", "mutual": True},
        "topicPrefix": "prod.",
        "topics": {"mode": "verify"},
    },
    "database": {
        "tls": {"existingSecret": "database-ca"},
        "pooler": {"enabled": True, "existingSecret": "pooler"},
        "connectionBudget": 100,
    },
    "objects": {"existingSecret": "s3", "endpoint": "https://s3.example.com", "region": "eu-1"},
    "models": {"source": "image"},
    "tls": {"enabled": True, "certManager": {"enabled": True}},
    "telemetry": {
        "otlpEndpoint": "http://collector:4318",
        "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
        "prometheusRule": {"enabled": True},
        "dashboards": {"enabled": True},
    },
    "ingress": {
        "enabled": True,
        "host": "viva.example.com",
        "tlsSecret": "viva-tls",
        "telephonyPaths": ["/twilio"],
    },
    "httpRoute": {"enabled": True, "parentRefs": [{"name": "public"}], "hostnames": ["v.example"]},
    "autoscaling": {"kind": "keda", "keda": {"kafkaAuthSecret": "keda-kafka"}},
    "smtp": {"existingSecret": "mail"},
    "sealing": {"existingSecret": "sealing"},
    "trunks": {"existingSecret": "trunks"},
    "networkPolicy": {
        "gatewayFrom": [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}],
        "monitoringFrom": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
    },
}


def merged(*layers: Manifest) -> Manifest:
    """Lays values over each other, as Helm does with several files."""
    whole: Manifest = {}
    for layer in layers:
        for key, value in layer.items():
            both = isinstance(value, dict) and isinstance(whole.get(key), dict)
            whole[key] = merged(whole[key], value) if both else deepcopy(value)
    return whole


def render(*layers: Manifest) -> list[Manifest]:
    """Every object of the chart with the minimal values and these over them.

    Raises:
        helm.HelmError: the schema or a guard refuses the values.
    """
    values = merged(MINIMAL, *layers)
    with helm.Chart.load(str(CHART)) as chart:
        chart.validate_schema(values)
        texts = chart.render(values, name="demo", namespace="talent")
    return [
        found
        for path, text in sorted(texts.items())
        if path.endswith(".yaml")
        for found in yaml.safe_load_all(text)
        if found
    ]


def of_kind(manifests: list[Manifest], kind: str) -> dict[str, Manifest]:
    """The objects of a kind, by the name behind the release's."""
    return {
        found["metadata"]["name"].removeprefix("demo-viva").removeprefix("-"): found
        for found in manifests
        if found["kind"] == kind
    }


def pods(manifests: list[Manifest]) -> dict[str, Manifest]:
    """The specification of each pod that the chart may start."""
    found = {}
    for manifest in manifests:
        name = f"{manifest['kind']}/{manifest['metadata']['name']}"
        if manifest["kind"] == "Pod":
            found[name] = manifest["spec"]
        elif manifest["kind"] in {"Deployment", "Job"}:
            found[name] = manifest["spec"]["template"]["spec"]
    return found
