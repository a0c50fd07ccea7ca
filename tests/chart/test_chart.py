"""charts/viva: what it renders, that Kubernetes takes it, and what it refuses."""

import json
import re
from pathlib import Path

import helm_python as helm
import kubernetes_validate
import pytest
import yaml

from tests.chart.rendering import CHART, EVERYTHING, MINIMAL, of_kind, pods, render
from viva.audio.models.manifest import packaged_manifest
from viva.contracts.catalogue import catalogue
from viva.platform.run import find_service, service_names
from viva.platform.settings import PlatformSettings

ROOT = Path(__file__).parents[2]
# Kinds of operators that are optional: their schemas are not Kubernetes' own.
FOREIGN = re.compile(r"^(keda\.sh|cert-manager\.io|monitoring\.coreos\.com|gateway\.networking)")
# Read by others than the settings; the last one by whoever speaks to PostgreSQL.
PSEUDO = {"VIVA_HOME", "VIVA_MODELS_DIR", "PGSSLROOTCERT"}
LAYERS = {
    "minimal": {},
    "everything": EVERYTHING,
    "hpa": {"autoscaling": {"kind": "hpa"}},
    "claim": {
        "models": {"source": "claim", "claim": "models"},
        "kafka": {"topics": {"mode": "none"}},
    },
    "bare": {
        "serviceAccount": {"create": False},
        "podDisruptionBudget": {"enabled": False},
        "networkPolicy": {"enabled": False},
        "tests": {"enabled": False},
        "database": {"migrate": False},
        "services": {"telephony": {"enabled": False}},
    },
}


def test_lint_finds_nothing() -> None:
    messages = helm.lint(str(CHART), values=MINIMAL)["messages"]
    assert [found for found in messages if found["severity"] > 1] == []


@pytest.mark.parametrize("layer", LAYERS)
def test_kubernetes_takes_every_object(layer: str) -> None:
    manifests = render(LAYERS[layer])
    assert manifests
    for manifest in manifests:
        if not FOREIGN.match(manifest["apiVersion"]):
            kubernetes_validate.validate(manifest, "1.36", strict=True)


def test_the_installation_page_can_be_followed() -> None:
    text = (ROOT / "deploy/docs/install.md").read_text("utf-8")
    mine, job, kafka = (
        yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    )
    assert render(mine)
    assert render(mine, kafka)
    kubernetes_validate.validate(job, "1.36", strict=True)
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("layer", LAYERS)
def test_names_are_unique_and_labelled(layer: str) -> None:
    manifests = render(LAYERS[layer])
    names = [(found["kind"], found["metadata"]["name"]) for found in manifests]
    assert len(names) == len(set(names))
    for found in manifests:
        assert found["metadata"]["labels"]["app.kubernetes.io/instance"] == "demo"


def test_every_service_of_the_project_has_its_pods() -> None:
    deployments = of_kind(render(), "Deployment")
    assert sorted(deployments) == service_names()
    for name, deployment in deployments.items():
        own = find_service(name).settings()
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert ports["http"] == own.http_port
        assert ports.get("grpc", own.grpc_port) == own.grpc_port


@pytest.mark.parametrize("layer", ["minimal", "everything"])
def test_every_variable_is_a_setting(layer: str) -> None:
    """A variable that no setting reads would be a setting that does nothing."""
    known = {f"VIVA_{name.upper()}" for name in PlatformSettings.model_fields}
    for name in service_names():
        fields = find_service(name).settings.model_fields
        known |= {f"VIVA_{name.upper()}_{field.upper()}" for field in fields}
    manifests = render(LAYERS[layer])
    given = set(of_kind(manifests, "ConfigMap")[""]["data"])
    for spec in pods(manifests).values():
        for container in spec["containers"]:
            given |= {entry["name"] for entry in container.get("env", [])}
    unknown = {name for name in given if name.removesuffix("_FILE") not in known}
    assert {name for name in unknown if name not in known} - PSEUDO == set()


@pytest.mark.parametrize("layer", LAYERS)
def test_every_pod_is_restricted(layer: str) -> None:
    """The restricted pod security standard, and a little more."""
    for name, spec in pods(render(LAYERS[layer])).items():
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"], name
        kinds = {next(iter(set(volume) - {"name"})) for volume in spec["volumes"]}
        assert kinds <= {"emptyDir", "secret", "persistentVolumeClaim"}, name
        for container in [*spec.get("initContainers", []), *spec["containers"]]:
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"], name
            assert security["allowPrivilegeEscalation"] is False, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name
            assert security["seccompProfile"] == {"type": "RuntimeDefault"}, name
            assert container["resources"]["requests"], name
            assert container["resources"]["limits"]["memory"], name


def test_nothing_secret_is_in_plain_text() -> None:
    manifests = render(EVERYTHING)
    assert of_kind(manifests, "Secret") == {}
    text = json.dumps(of_kind(manifests, "ConfigMap")[""])
    assert not re.search(r"PASSWORD\"|ACCESS_KEY\"|DATABASE_URL\"", text)
    session = pods(manifests)["Deployment/demo-viva-session"]
    variables = {entry["name"]: entry.get("value") for entry in session["containers"][0]["env"]}
    assert variables["VIVA_DATABASE_URL_FILE"] == "/etc/viva/database/url"
    secrets = {v["secret"]["secretName"] for v in session["volumes"] if "secret" in v}
    assert secrets >= {"viva-database", "pooler", "kafka-user", "kafka-tls", "s3"}


def test_a_service_without_tables_gets_no_database() -> None:
    for name in ("asr", "diarization", "scoring", "fraud"):
        spec = pods(render())[f"Deployment/demo-viva-{name}"]
        assert "database" not in {volume["name"] for volume in spec["volumes"]}


@pytest.mark.parametrize("kind", ["none", "hpa", "keda"])
def test_replicas_are_left_to_their_owner(kind: str) -> None:
    manifests = render({"autoscaling": {"kind": kind}})
    counts = [found["spec"].get("replicas") for found in of_kind(manifests, "Deployment").values()]
    assert all(counts) if kind == "none" else not any(counts)
    scalers = {"hpa": "HorizontalPodAutoscaler", "keda": "ScaledObject"}
    for name, resource in scalers.items():
        assert sorted(of_kind(manifests, resource)) == (service_names() if kind == name else [])


def test_stages_scale_on_their_own_groups_lag() -> None:
    scaled = of_kind(render(EVERYTHING), "ScaledObject")
    groups = {group for topic in catalogue() for group in topic.groups}
    for name in ("asr", "diarization", "scoring", "fraud", "notification"):
        (trigger,) = scaled[name]["spec"]["triggers"]
        assert trigger["metadata"]["consumerGroup"] == f"prod.viva.{name}"
        assert trigger["metadata"]["consumerGroup"].removeprefix("prod.") in groups
    (trigger,) = scaled["session"]["spec"]["triggers"]
    assert trigger["type"] == "metrics-api"
    assert trigger["metadata"]["url"] == "http://demo-viva-session.talent.svc:8081/readyz"


def test_jobs_run_before_the_pods_and_bring_what_they_need() -> None:
    manifests = render()
    jobs = of_kind(manifests, "Job")
    assert set(jobs) >= {"topics", "migrate-gateway", "migrate-session", "migrate-notification"}

    def weight(manifest: dict) -> int:
        annotations = manifest["metadata"]["annotations"]
        assert annotations["helm.sh/hook"] == "pre-install,pre-upgrade"
        assert "hook-succeeded" in annotations["helm.sh/hook-delete-policy"]
        return int(annotations["helm.sh/hook-weight"])

    own = max(
        weight(of_kind(manifests, "ConfigMap")["jobs"]),
        weight(of_kind(manifests, "ServiceAccount")["jobs"]),
    )
    assert all(weight(job) > own for job in jobs.values())
    assert all(weight(jobs["topics"]) < weight(jobs[name]) for name in jobs if name != "topics")


def test_callers_of_grpc_are_the_ones_that_call() -> None:
    policies = of_kind(render(), "NetworkPolicy")
    assert sorted(policies) == sorted([*service_names(), "jobs", "test"])
    (grpc,) = (
        rule for rule in policies["asr"]["spec"]["ingress"] if rule["ports"] == [{"port": "grpc"}]
    )
    callers = [
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in grpc["from"]
    ]
    assert callers == ["session"]


def test_models_are_those_of_the_manifest() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    named = {name for own in values["services"].values() for name in own.get("models", [])}
    assert named <= set(packaged_manifest().models)
    init = pods(render())["Deployment/demo-viva-asr"]["initContainers"][0]
    assert init["args"] == ["models", "pull", *values["services"]["asr"]["models"]]


def test_all_certificates_hold_the_name_that_clients_look_for() -> None:
    manifests = render(EVERYTHING)
    certificates = of_kind(manifests, "Certificate")
    for name in service_names():
        certificate = certificates[f"{name}-grpc"]["spec"]
        assert "viva.internal" in certificate["dnsNames"]
        volumes = pods(manifests)[f"Deployment/demo-viva-{name}"]["volumes"]
        assert certificate["secretName"] in {
            volume["secret"]["secretName"] for volume in volumes if "secret" in volume
        }


def test_rules_and_dashboards_are_those_of_the_repository() -> None:
    """Helm reads only files of its chart: deploy/dev/chart-files copies them."""
    pairs = {"rules": "prometheus/rules/*.yml", "dashboards": "grafana/dashboards/*.json"}
    for folder, pattern in pairs.items():
        ours = {path.name: path.read_bytes() for path in (CHART / "files" / folder).glob("*.*")}
        theirs = {
            path.name: path.read_bytes()
            for path in (ROOT / "deploy" / "observability").glob(pattern)
        }
        assert ours == theirs, "run deploy/dev/chart-files"


REFUSED = {
    "a misspelt key": ({"replicaz": 3}, "replicaz"),
    "a misspelt key further down": ({"services": {"asr": {"replica": 3}}}, "replica"),
    "an unknown service": ({"services": {"mailer": {}}}, "mailer"),
    "no public URL": ({"publicUrl": ""}, "publicUrl is empty"),
    "no broker": ({"kafka": {"bootstrap": ""}}, "kafka.bootstrap is empty"),
    "a broker without a port": ({"kafka": {"bootstrap": "kafka"}}, "bootstrap"),
    "a folder as object store": ({"objects": {"url": "file:///tmp"}}, "url"),
    "SASL without a user": (
        {"kafka": {"securityProtocol": "SASL_SSL"}},
        "kafka.sasl.existingSecret",
    ),
    "a pooler without URLs": ({"database": {"pooler": {"enabled": True}}}, "existingSecret"),
    "TLS without certificates": ({"tls": {"enabled": True}}, "tls.certManager.enabled"),
    "a claim without a name": ({"models": {"source": "claim"}}, "models.claim"),
    "an ingress without a host": ({"ingress": {"enabled": True}}, "ingress.host"),
    "more replicas than partitions": ({"services": {"asr": {"replicas": 13}}}, "12 partitions"),
    "a scaler beyond the partitions": (
        {"autoscaling": {"kind": "keda"}, "services": {"fraud": {"autoscaling": {"max": 20}}}},
        "12 partitions",
    ),
    "trunks that two replicas would share": (
        {"trunks": {"existingSecret": "trunks"}, "services": {"telephony": {"replicas": 2}}},
        "services.telephony.replicas and autoscaling.max to 1",
    ),
    "a grace that cuts interviews": (
        {"services": {"session": {"terminationGracePeriodSeconds": 30}}},
        "shorter than the longest interview",
    ),
    "too many connections": (
        {"database": {"connectionBudget": 20}},
        "lower database.poolSize",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_wrong_values_are_refused_with_their_remedy(what: str) -> None:
    values, said = REFUSED[what]
    with pytest.raises(helm.HelmError, match=re.escape(said)):
        render(values)


def test_the_connection_budget_counts_what_may_be_opened() -> None:
    """gateway, session: 2 replicas; telephony, notification: 1; one more rolling: 10 x 12 = 120."""
    assert render({"database": {"connectionBudget": 120}})
    with pytest.raises(helm.HelmError, match="may open 120 connections"):
        render({"database": {"connectionBudget": 119}})


def test_values_and_schema_have_the_same_keys() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    assert set(values) == set(schema["properties"]) - {"global"}
    for key, section in schema["properties"].items():
        for name in section.get("properties", {}) if key != "services" else {}:
            assert name in values[key], f"{key}.{name} is not documented in values.yaml"


def test_conversations_get_their_grace() -> None:
    specs = pods(render({"longestInterviewSeconds": 600}))
    assert specs["Deployment/demo-viva-session"]["terminationGracePeriodSeconds"] == 720
    assert specs["Deployment/demo-viva-asr"]["terminationGracePeriodSeconds"] == 90
