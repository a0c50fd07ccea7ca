"""Rules and dashboards: valid, fresh, tested, and each alert with a way out."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.observability import dashboards, objectives
from tests.observability.names import (
    OBSERVABILITY,
    dashboard_expressions,
    labels_in,
    metrics_in,
    rule_expressions,
    wanted,
)

DOCS = OBSERVABILITY.parent / "docs"
RULES = sorted((OBSERVABILITY / "prometheus" / "rules").glob("*.yml"))
TESTS = sorted((OBSERVABILITY / "prometheus" / "tests").glob("*.yml"))


def promtool(*arguments: object) -> None:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not here (Debian: apt-get install prometheus)")
    done = subprocess.run(
        [found, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_are_valid() -> None:
    promtool("check", "rules", *RULES)
    promtool("check", "config", "--syntax-only", OBSERVABILITY / "prometheus" / "prometheus.yml")


def test_rules_fire_when_they_must_and_only_then() -> None:
    promtool("test", "rules", *TESTS)


def test_each_alert_is_tried_both_ways() -> None:
    tried: dict[str, list[bool]] = {}
    for path in TESTS:
        for case in yaml.safe_load(path.read_text())["tests"]:
            for check in case["alert_rule_test"]:
                tried.setdefault(check["alertname"], []).append(bool(check["exp_alerts"]))
    assert alerts().keys() == tried.keys()
    never_fires = [name for name, fired in tried.items() if not any(fired)]
    assert never_fires == []


def test_queries_of_dashboards_are_valid(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": expr.replace("$__rate_interval", "5m")}
        for number, (_, expr) in enumerate(dashboard_expressions())
    ]
    scratch = tmp_path / "panels.yml"
    scratch.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    promtool("check", "rules", scratch)


def test_what_is_generated_is_fresh() -> None:
    assert objectives.RULES.read_text() == objectives.text()
    written = {path.stem: path.read_text() for path in dashboards.FOLDER.glob("*.json")}
    assert written == {uid: dashboards.text(uid) for uid in dashboards.DASHBOARDS}


def test_every_alert_has_its_runbook() -> None:
    for name, rule in alerts().items():
        runbook = rule["annotations"]["runbook"]
        slos = [objective.name for objective in objectives.OBJECTIVES]
        for slo in slos if "$labels.slo" in runbook else [""]:
            path = DOCS.parent.parent / runbook.replace("{{ $labels.slo }}", slo)
            assert path.exists(), f"{name}: {path} is missing"
            text = path.read_text()
            for part in ("## What it means", "## Look at", "## Do"):
                assert part in text, f"{path} has no {part!r}"


def test_every_objective_is_stated() -> None:
    page = (DOCS / "slo.md").read_text()
    for objective in objectives.OBJECTIVES:
        share = f"{objective.target * 100:g}%"
        (row,) = [line for line in page.splitlines() if line.startswith(f"| {objective.name} |")]
        assert f"| {share} |" in row


def test_recorded_names_are_recorded() -> None:
    rules = {name for name, _ in rule_expressions()}
    assert {name for name in wanted() if ":" in name} <= rules


def test_no_interview_is_a_label() -> None:
    for _, expr in [*rule_expressions(), *dashboard_expressions()]:
        assert "interview_id" not in expr


@pytest.mark.parametrize(
    ("expr", "names"),
    [
        ('sum by (le, a) (rate(x_seconds_bucket{b="c"}[5m])) or vector(0)', {"x_seconds"}),
        ("a_total > on(slo) 14.4 * viva:b:c and on(slo) d >= 10", {"a_total", "viva:b:c", "d"}),
    ],
)
def test_names_are_read_from_expressions(expr: str, names: set[str]) -> None:
    assert metrics_in(expr) == names


@pytest.mark.parametrize(
    ("expr", "labels"),
    [
        (
            'sum by (le, a) (rate(x_seconds_bucket{b="c", d!~"e=\\"f"}[5m])) or vector(0)',
            {"x_seconds": {"le", "a", "b", "d"}},
        ),
        (
            'sum by (a) (rate(x_count[5m])) / sum(rate(y_total{b=~"c"}[5m])) by (b, c)',
            {"x": {"a"}, "y_total": {"b", "c"}},
        ),
        ("max by (a) (sum by (a, b) (x + y{}))", {"x": {"a", "b"}, "y": {"a", "b"}}),
        ("viva:b:c and on(slo) d >= 10", {"viva:b:c": set(), "d": set()}),
    ],
)
def test_labels_are_read_from_expressions(expr: str, labels: dict[str, set[str]]) -> None:
    assert labels_in(expr) == labels


def test_dashboards_have_panels_that_ask_something() -> None:
    for uid in dashboards.DASHBOARDS:
        made = json.loads(dashboards.text(uid))
        assert made["uid"] == uid
        assert all(panel["targets"] for panel in made["panels"])


def alerts() -> dict[str, dict[str, dict[str, str]]]:
    return {
        rule["alert"]: rule
        for path in RULES
        for group in yaml.safe_load(path.read_text())["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }
