"""Which metrics a PromQL expression reads, and which of their labels."""

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
_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}")
_MATCHER = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"')
_GROUPING = re.compile(r"\bby\s*\(([^)]*)\)\s*")
_SUFFIXES = ("_bucket", "_count", "_sum")


def metrics_in(expr: str) -> set[str]:
    """The names in an expression, without the endings of a histogram's series."""
    left = _NOT_METRICS.sub(" ", expr)
    return {family(name) for name in re.findall(r"[a-zA-Z_:][\w:]*", left)}


def labels_in(expr: str) -> dict[str, set[str]]:
    """The labels that each metric must have: those of its matchers and of each `by` around it."""
    found: dict[str, set[str]] = {name: set() for name in metrics_in(expr)}
    for name, matchers in _SELECTOR.findall(expr):
        found[family(name)] |= set(_MATCHER.findall(matchers))
    for grouping in _GROUPING.finditer(expr):
        before, after = expr[: grouping.start()].rstrip(), expr[grouping.end() :]
        # `sum by (a) (...)`, or `sum(...) by (a)`: the latter is read from its end.
        grouped = _inside(after, "()") if after[:1] == "(" else _inside(before[::-1], ")(")[::-1]
        for name in metrics_in(grouped):
            found[name] |= set(re.findall(r"\w+", grouping[1]))
    return found


def _inside(text: str, brackets: str) -> str:
    """What stands between the bracket that a text begins with and the one that closes it."""
    depth = 0
    for position, letter in enumerate(text):
        depth += (letter == brackets[0]) - (letter == brackets[1])
        if depth == 0:
            return text[1:position]
    raise ValueError(f"never closed: {text}")


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


def wanted_labels() -> dict[tuple[str, str], set[str]]:
    """Every metric and label that a rule or a dashboard reads together, and who does."""
    found: dict[tuple[str, str], set[str]] = {}
    for reader, expr in [*rule_expressions(), *dashboard_expressions()]:
        for name, labels in labels_in(expr).items():
            for label in labels:
                found.setdefault((name, label), set()).add(reader)
    return found


def family(name: str) -> str:
    """A histogram's name, from that of one of its series."""
    return next((name.removesuffix(end) for end in _SUFFIXES if name.endswith(end)), name)
