"""charts/viva: what it renders, that Kubernetes takes it, and what it refuses."""

import json
import re
from pathlib import Path

import helm_python as helm
import kubernetes_validate
import pytest
import yaml
from typer.testing import CliRunner

from tests.chart.rendering import CHART, EVERYTHING, MINIMAL, Manifest, of_kind, pods, render
from viva.audio.models.manifest import packaged_manifest
from viva.contracts.catalogue import catalogue
from viva.platform.cli import database as database_command
from viva.platform.cli import topics as topics_command
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
    "hpa": {"autoscaling": {"kind": "hpa"}, "database": {"roleLimit": 156}},
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


def test_the_rights_on_the_installation_page_fit_the_chart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = (ROOT / "deploy/docs/install.md").read_text("utf-8")
    kafka = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[-1])
    prefix, arguments = re.findall(r"VIVA_TOPIC_PREFIX=(\S+) viva topics (acls .*)", text)[0]
    monkeypatch.setenv("VIVA_TOPIC_PREFIX", prefix)
    said = CliRunner().invoke(topics_command.app, arguments.split())
    assert said.exit_code == 0, said.output
    assert kafka["kafka"]["topicPrefix"] == prefix
    assert f"--mode {kafka['kafka']['topics']['mode']}" in arguments
    assert "Create" not in said.output
    (of_keda,) = [line for line in said.output.splitlines() if '"User:keda"' in line]
    scaled = of_kind(render(EVERYTHING, kafka), "ScaledObject")
    for name in ("asr", "diarization", "scoring", "fraud", "notification"):
        (trigger,) = scaled[name]["spec"]["triggers"]
        assert f"--group {trigger['metadata']['consumerGroup']} " in of_keda


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
    manifests = render({"autoscaling": {"kind": kind}, "database": {"roleLimit": 156}})
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


def test_who_conducts_scales_on_live_conversations_and_free_slots_without_prometheus() -> None:
    scaled = of_kind(render(EVERYTHING), "ScaledObject")
    expected = {
        "gateway": {"conversations": "14"},
        "session": {"conversations": "8", "occupied_percent": "70"},
        "telephony": {"calls": "20", "occupied_percent": "70"},
    }
    for name, figures in expected.items():
        triggers = scaled[name]["spec"]["triggers"]
        asked = {t["metadata"]["valueLocation"]: t["metadata"]["targetValue"] for t in triggers}
        assert asked == figures
        port = find_service(name).settings().http_port
        for trigger in triggers:
            assert trigger["type"] == "metrics-api"
            url = f"http://demo-viva-{name}.talent.svc:{port}/readyz"
            assert trigger["metadata"]["url"] == url


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


# Who calls whom, and what each needs outside: as service.py of each has it.
CALLS = {
    "gateway": {"session", "scoring", "notification"},
    "session": {"asr"},
    "telephony": {"session", "telephony"},
}
OUTSIDE = {
    "gateway": {5432, 6432, 443},
    "session": {5432, 6432, 443},
    "telephony": {5432, 6432},
    "notification": {5432, 6432},
    **{name: {443} for name in ("asr", "diarization", "scoring", "fraud")},
}
COMMON = {53, 9092, 4318}


def components(peers: list[Manifest]) -> set[str]:
    found = (peer["podSelector"]["matchLabels"] for peer in peers if "podSelector" in peer)
    return {labels["app.kubernetes.io/component"] for labels in found}


def test_network_policies_open_what_is_used_and_no_more() -> None:
    policies = of_kind(render(EVERYTHING, {"trunks": {"existingSecret": ""}}), "NetworkPolicy")
    assert sorted(policies) == sorted([*service_names(), "jobs", "test"])
    for name in service_names():
        spec = policies[name]["spec"]
        assert spec["policyTypes"] == ["Ingress", "Egress"]
        called = [rule for rule in spec["egress"] if rule["ports"] == [{"port": "grpc"}]]
        assert {who for rule in called for who in components(rule["to"])} == CALLS.get(name, set())
        anywhere = [rule for rule in spec["egress"] if "to" not in rule]
        ports = {port["port"] for rule in anywhere for port in rule["ports"]}
        assert ports == COMMON | OUTSIDE[name], name
        callers = {caller for caller, called in CALLS.items() if name in called}
        grpc = [rule for rule in spec["ingress"] if rule["ports"] == [{"port": "grpc"}]]
        assert {who for rule in grpc for who in components(rule["from"])} == callers
        http = next(rule for rule in spec["ingress"] if rule["ports"] == [{"port": "http"}])
        public = name in {"gateway", "telephony"}
        spaces = [peer["namespaceSelector"] for peer in http["from"] if "namespaceSelector" in peer]
        named = [space["matchLabels"]["name"] for space in spaces]
        assert named == (["ingress", "monitoring"] if public else ["monitoring"])


def test_webhooks_reach_no_network_of_the_cluster() -> None:
    (web,) = (
        rule
        for rule in of_kind(render(EVERYTHING), "NetworkPolicy")["notification"]["spec"]["egress"]
        if {"protocol": "TCP", "port": 443} in rule["ports"]
    )
    assert [peer["ipBlock"]["cidr"] for peer in web["to"]] == ["0.0.0.0/0", "::/0"]
    assert "10.0.0.0/8" in web["to"][0]["ipBlock"]["except"]


def test_the_network_of_trunks_is_open_where_there_are_trunks() -> None:
    for trunks, rules in (("", 0), ("trunks", 1)):
        values = {"trunks": {"existingSecret": trunks}}
        policies = of_kind(render(EVERYTHING, values), "NetworkPolicy")
        for name in service_names():
            media = [
                rule
                for rule in policies[name]["spec"]["ingress"]
                if any(port.get("protocol") == "UDP" for port in rule["ports"])
            ]
            assert len(media) == (rules if name == "telephony" else 0)


def test_ports_follow_what_is_configured() -> None:
    values = {
        "kafka": {"bootstrap": "a:9094,b:9094,c:9095"},
        "objects": {"endpoint": "http://s3:8333"},
        "telemetry": {"otlpEndpoint": "https://collector.example.com/otlp"},
        "networkPolicy": {"database": {"to": [{"ipBlock": {"cidr": "10.1.0.0/24"}}]}},
    }
    session = of_kind(render(values), "NetworkPolicy")["session"]["spec"]["egress"]
    ports = [[port["port"] for port in rule["ports"]] for rule in session]
    for wanted in ([9094, 9095], [5432], [8333], [443]):
        assert wanted in ports
    (database,) = (rule for rule in session if rule["ports"][0]["port"] == 5432)
    assert database["to"] == [{"ipBlock": {"cidr": "10.1.0.0/24"}}]


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


def test_secrets_that_cert_manager_makes_carry_the_labels_of_the_release() -> None:
    for certificate in of_kind(render(EVERYTHING), "Certificate").values():
        labels = certificate["spec"]["secretTemplate"]["labels"]
        assert labels == certificate["metadata"]["labels"]


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


def test_a_scrape_calls_its_jobs_alike_whatever_the_release_is_called() -> None:
    """As alerts and dashboards look for them."""
    (monitor,) = of_kind(render(EVERYTHING), "ServiceMonitor").values()
    (relabelling,) = monitor["spec"]["endpoints"][0]["relabelings"]
    assert (relabelling["targetLabel"], relabelling["replacement"]) == ("job", "viva-$1")


def test_metrics_that_are_scraped_are_not_pushed_as_well() -> None:
    pushed = {"telemetry": {"otlpEndpoint": "http://collector:4318"}}
    scraped = {"telemetry": {"serviceMonitor": {"enabled": True}}}
    wanted = {"settings": {"extraEnv": {"VIVA_OTLP_METRICS": "true"}}}
    for layers, said in (
        ([pushed], None),
        ([pushed, scraped], "false"),
        ([pushed, scraped, wanted], "true"),
    ):
        for settings in of_kind(render(*layers), "ConfigMap").values():
            assert settings["data"].get("VIVA_OTLP_METRICS") == said
            assert settings["data"]["VIVA_OTLP_ENDPOINT"] == "http://collector:4318"


def test_the_world_is_routed_to_both_who_answer_it() -> None:
    values = {"httpRoute": {"requestTimeout": ""}, "longestInterviewSeconds": 1800}
    (route,) = of_kind(render(EVERYTHING, values), "HTTPRoute").values()
    reached = {rule["backendRefs"][0]["name"]: rule for rule in route["spec"]["rules"]}
    assert sorted(reached) == ["demo-viva-gateway", "demo-viva-telephony"]
    assert {rule["timeouts"]["request"] for rule in reached.values()} == {"1900s"}
    deployments = of_kind(render(EVERYTHING), "Deployment")
    waits = {
        name
        for name, found in deployments.items()
        if "lifecycle" in found["spec"]["template"]["spec"]["containers"][0]
    }
    assert waits == {"gateway", "telephony"}


def test_a_trunk_opens_the_phone_channel() -> None:
    for trunks, told in (("", None), ("trunks", "true")):
        values = {"trunks": {"existingSecret": trunks}, "sealing": {"existingSecret": "sealing"}}
        gateway = pods(render(values))["Deployment/demo-viva-gateway"]["containers"][0]
        variables = {entry["name"]: entry.get("value") for entry in gateway["env"]}
        assert variables.get("VIVA_GATEWAY_PHONE_TRUNK_CONFIGURED") == told
        assert variables["VIVA_GATEWAY_LONGEST_INTERVIEW_S"] == "3600"


def test_a_setting_of_the_values_counts_and_is_there_once() -> None:
    own = {
        "VIVA_SESSION_HTTP_HOST": "127.0.0.1",
        "VIVA_SESSION_ADVERTISED_HOST": "edge",
        "VIVA_SESSION_CONVERSATIONS": 12_000_000,
    }
    session = pods(render({"services": {"session": {"env": own}}}))["Deployment/demo-viva-session"]
    env = session["containers"][0]["env"]
    names = [entry["name"] for entry in env]
    assert len(names) == len(set(names))
    given = {entry["name"]: entry.get("value") for entry in env}
    assert given.items() >= {name: str(value) for name, value in own.items()}.items()


def test_a_secret_is_where_it_is_used_and_nowhere_else() -> None:
    stores = {"gateway", "session", "asr", "diarization", "scoring", "fraud", "test-interview"}
    users = {
        "objects": stores,
        "sealing": {"gateway", "telephony", "test-interview"},
        "trunks": {"telephony"},
        "smtp": {"notification"},
    }
    for name, spec in pods(render(EVERYTHING)).items():
        held = {volume["name"] for volume in spec["volumes"]}
        for secret, uses in users.items():
            assert (secret in held) == (name.split("demo-viva-")[1] in uses), (name, secret)


REFUSED = {
    "a misspelt key": ({"replicaz": 3}, "replicaz"),
    "a misspelt resource": (
        {"services": {"asr": {"resources": {"requests": {"memroy": "1Gi"}}}}},
        "memroy",
    ),
    "a misspelt security context": ({"podSecurityContext": {"runAsNonRot": True}}, "runAsNonRot"),
    "a misspelt peer": (
        {"networkPolicy": {"gatewayFrom": [{"namespaceSelektor": {}}]}},
        "namespaceSelektor",
    ),
    "a misspelt toleration": (
        {"services": {"asr": {"tolerations": [{"kay": "spot"}]}}},
        "kay",
    ),
    "an ingress that cuts interviews": (
        {"ingress": {"enabled": True, "host": "x"}, "longestInterviewSeconds": 5400},
        "proxy-read-timeout is shorter than longestInterviewSeconds",
    ),
    "a route that cuts interviews": (
        {"httpRoute": {"enabled": True, "parentRefs": [{"name": "x"}], "requestTimeout": "60s"}},
        "httpRoute.requestTimeout is shorter",
    ),
    "trunks without a key to seal with": (
        {"trunks": {"existingSecret": "trunks"}},
        "sealing.existingSecret",
    ),
    "KEDA without access to Kafka": (
        {"autoscaling": {"kind": "keda"}, "kafka": {"securityProtocol": "SSL"}},
        "autoscaling.keda.kafkaAuthSecret",
    ),
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
    "more replicas than partitions of one's own": (
        {"kafka": {"partitions": 48}, "services": {"asr": {"replicas": 49}}},
        "48 partitions and the rest would idle: lower services.asr.autoscaling.max or replicas, or "
        "raise kafka.partitions",
    ),
    "trunks that two replicas would share": (
        {
            "sealing": {"existingSecret": "sealing"},
            "trunks": {"existingSecret": "trunks"},
            "services": {"telephony": {"replicas": 2}},
        },
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
    "autoscaling beyond what a role may open": (
        {"autoscaling": {"kind": "keda"}},
        "database.roleLimit (60) lets a role open: gateway 84, notification 84, session 156. Give "
        "the roles more (`viva database roles --limit 156`",
    ),
    "a service by hand beyond what its role may open": (
        {"services": {"session": {"replicas": 5}}},
        "lets a role open: session 72.",
    ),
    "a pooler's own connections beyond what a role may open": (
        {
            "database": {"pooler": {"enabled": True, "existingSecret": "pooler"}},
            "services": {"session": {"replicas": 30}},
        },
        "lets a role open: session 62.",
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


@pytest.mark.parametrize("kind", ["hpa", "keda"])
def test_a_role_that_may_open_enough_lets_autoscaling_reach_its_maxima(kind: str) -> None:
    scaled = {"autoscaling": {"kind": kind}}
    pooler = {"pooler": {"enabled": True, "existingSecret": "pooler"}}
    for database in ({"roleLimit": 156}, {"roleLimit": 0}, pooler):
        assert render(scaled, {"database": database})
    with pytest.raises(helm.HelmError, match=r"session 156"):
        render(scaled, {"database": {"roleLimit": 155}})


def test_the_role_limit_is_what_the_command_gives() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    said = CliRunner().invoke(database_command.app, ["roles"])
    assert f"CONNECTION LIMIT {values['database']['roleLimit']};" in said.output


def test_partitions_reach_the_jobs_and_the_services() -> None:
    wider = {"kafka": {"partitions": 48}, "services": {"asr": {"replicas": 40}}}
    for values, number in (({}, "12"), (wider, "48")):
        manifests = render(values)
        settings = of_kind(manifests, "ConfigMap")
        read = {
            source["configMapRef"]["name"].removeprefix("demo-viva").removeprefix("-")
            for spec in pods(manifests).values()
            for container in spec["containers"]
            for source in container.get("envFrom", [])
        }
        assert read == {"", "jobs"}
        for name in read:
            assert settings[name]["data"]["VIVA_TOPIC_PARTITIONS"] == number
    assert all(topic.partitions == 12 for topic in catalogue())


def test_the_values_of_the_cluster_test_are_taken() -> None:
    text = (ROOT / "tests/kube/values.yaml").read_text("utf-8")
    assert render(yaml.safe_load(text))


SCHEMA = json.loads((CHART / "values.schema.json").read_text("utf-8"))
# Of Kubernetes' own objects, which have their own documentation.
KUBERNETES = {"podSecurityContext", "seccompProfile", "issuerRef"}


def test_values_and_schema_have_the_same_keys() -> None:
    text = (CHART / "values.yaml").read_text("utf-8")
    values = yaml.safe_load(text)

    def compare(found: Manifest, schema: Manifest, path: str) -> None:
        named = SCHEMA["definitions"].get(schema.get("$ref", "").rpartition("/")[2], schema)
        wanted = set(named.get("properties", {}))
        if wanted and not KUBERNETES & set(path.split(".")):
            assert set(found) == wanted - {"global"}, path
        for key in wanted & set(found):
            if isinstance(found[key], dict):
                compare(found[key], named["properties"][key], f"{path}.{key}")

    services, properties = values.pop("services"), dict(SCHEMA["properties"])
    assert set(services) == set(properties.pop("services")["properties"])
    compare(values, {"properties": properties}, "")
    about = text[text.index("# Each service has the same keys") : text.index("\nservices:")]
    for key in SCHEMA["definitions"]["service"]["properties"]:
        assert re.search(rf"^#.*\b{key}\b", about, re.MULTILINE), key


def test_no_level_takes_a_key_that_it_does_not_know() -> None:
    """But for maps whose keys are the user's: labels, variables, resources."""
    free = {("definitions", name) for name in ("labels", "environment", "quantities")}

    def closed(schema: object, path: tuple[str, ...]) -> None:
        if isinstance(schema, list):
            for each in schema:
                closed(each, path)
        if not isinstance(schema, dict):
            return
        if schema.get("type") == "object" and path != ("properties", "global"):
            assert schema.get("additionalProperties") is False or path in free, path
        for key, each in schema.items():
            closed(each, (*path, key))

    closed(SCHEMA, ())


def test_every_value_says_what_it_is() -> None:
    """Beside it, above it, or above what it is part of."""
    said, documented = False, {}
    for number, line in enumerate((CHART / "values.yaml").read_text("utf-8").splitlines(), 1):
        text, indent = line.strip(), len(line) - len(line.lstrip())
        if text and not text.startswith("#"):
            documented = {depth: whether for depth, whether in documented.items() if depth < indent}
            documented[indent] = said or " # -- " in line or any(documented.values())
            assert documented[indent] or text.endswith(":"), f"values.yaml:{number}: {text}"
        said = text.startswith("#")


def test_conversations_get_their_grace() -> None:
    specs = pods(render({"longestInterviewSeconds": 600}))
    assert specs["Deployment/demo-viva-session"]["terminationGracePeriodSeconds"] == 720
    assert specs["Deployment/demo-viva-asr"]["terminationGracePeriodSeconds"] == 90
