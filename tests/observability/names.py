"""Which metrics a PromQL expression reads."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

OBSERVABILITY = Path(__file__).parents[2] / "deploy" / "observability"
_NOT_METRICS = re.compile(
    r'"[^"]*"'  # text
    r"|\{[^}]*\}"  # matchers
    r"|\[[^\]]*\]"  # ranges
    r"|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)"
    r"|\b(?:and|or|unless|bool|offset|sum|min|max|avg|count|topk)\b"
    r"|\b[a-z_0-9]+\s*(?=\()"  # functions
    r"|\b\d[\d.]*\w*\b"
)
_SUFFIXES = ("_bucket", "_count", "_sum")


def metrics_in(expr: str) -> set[str]:
    """The names in an expression, without the endings of a histogram's series."""
    left = _NOT_METRICS.sub(" ", expr)
    return {_family(name) for name in re.findall(r"[a-zA-Z_:][\w:]*", left)}


def rule_expressions() -> Iterator[tuple[str, str]]:
    """Name and expression of each rule."""
    for path in sorted((OBSERVABILITY / "prometheus" / "rules").glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                yield rule.get("alert") or rule["record"], rule["expr"]


def dashboard_expressions() -> Iterator[tuple[str, str]]:
    """Dashboard and expression of each query to Prometheus."""
    for path in sorted((OBSERVABILITY / "grafana" / "dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                if "expr" in target:
                    yield f"{path.stem}: {panel['title']}", target["expr"]


def wanted() -> dict[str, set[str]]:
    """Every metric that a rule or a dashboard reads, and who reads it."""
    found: dict[str, set[str]] = {}
    for reader, expr in [*rule_expressions(), *dashboard_expressions()]:
        for name in metrics_in(expr):
            found.setdefault(name, set()).add(reader)
    return found


def _family(name: str) -> str:
    return next((name.removesuffix(end) for end in _SUFFIXES if name.endswith(end)), name)
