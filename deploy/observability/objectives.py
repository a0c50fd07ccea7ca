"""What Viva promises, and the recording rules that follow from it.

`python -m deploy.observability.objectives` writes prometheus/rules/objectives.yml. The page for
people is deploy/docs/slo.md.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).parent / "prometheus" / "rules" / "objectives.yml"
# Two windows a burn rate, so that an alert ends when the burn does (Google, The Site Reliability
# Workbook, chapter 5).
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")


@dataclass(frozen=True)
class Objective:
    """One promise.

    Attributes:
        target: share of events that are good.
        bad: rate of bad events; `{w}` stands for the window.
        total: rate of all events.
    """

    name: str
    target: float
    bad: str
    total: str


def _count(metric: str, labels: str = "") -> str:
    return f"sum(rate({metric}_count{{{labels}}}[{{w}}]))"


def _slow(metric: str, limit_s: float, labels: str = "") -> str:
    """The rate of events over a limit, which must be one of the histogram's boundaries."""
    # Prometheus 3 reads le="1" as le="1.0".
    within = f'le=~"{limit_s:g}|{float(limit_s)}"'
    matchers = f"{within},{labels}" if labels else within
    return f"{_count(metric, labels)} - sum(rate({metric}_bucket{{{matchers}}}[{{w}}]))"


_REQUESTS = "http_server_request_duration_seconds"
_REPLIES = "viva_session_reply_duration_seconds"
_VERDICTS = "viva_session_verdict_duration_seconds"
_DELIVERIES = "viva_notification_delivery_duration_seconds"
_FAILED = _count("viva_session_interview_events").replace(
    "_count{}",
    '_total{viva_event="Failed",error_type=~"prompts_failed|scoring_failed"}',
)
_INCOMPLETE = _count(_VERDICTS, 'viva_complete="false"')
_ROUTED = 'http_route!=""'
_QUICK = 'http_route!="",http_route!~".*recording.*"'
_SURE = 'viva_sure="true"'

OBJECTIVES = (
    Objective(
        "api-availability",
        0.999,
        _count(_REQUESTS, f'{_ROUTED},error_type!=""'),
        _count(_REQUESTS, _ROUTED),
    ),
    Objective("api-latency", 0.99, _slow(_REQUESTS, 1, _QUICK), _count(_REQUESTS, _QUICK)),
    Objective("replies", 0.95, _slow(_REPLIES, 1, _SURE), _count(_REPLIES, _SURE)),
    Objective(
        "interviews",
        0.995,
        f"({_INCOMPLETE} or vector(0)) + ({_FAILED} or vector(0))",
        f"{_count(_VERDICTS)} + ({_FAILED} or vector(0))",
    ),
    Objective("verdicts", 0.95, _slow(_VERDICTS, 120), _count(_VERDICTS)),
    Objective("deliveries", 0.99, _slow(_DELIVERIES, 60), _count(_DELIVERIES)),
)


def rules() -> dict[str, Any]:
    """The recording rules, as Prometheus reads them."""
    groups = [{"name": "viva-objectives", "rules": [*map(_budget, OBJECTIVES)]}]
    for objective in OBJECTIVES:
        found = [_ratio(objective, window) for window in WINDOWS]
        groups.append({"name": f"viva-{objective.name}", "rules": [*found, _events(objective)]})
    return {"groups": groups}


def _budget(objective: Objective) -> dict[str, Any]:
    share = round(1 - objective.target, 6)
    return _record("viva:slo_budget:ratio", f"vector({share})", objective)


def _ratio(objective: Objective, window: str) -> dict[str, Any]:
    bad = objective.bad.replace("{w}", window)
    total = objective.total.replace("{w}", window)
    expr = f"(({bad}) or vector(0)) / (({total}) > 0)"
    return _record(f"viva:slo_error:ratio_rate{window}", expr, objective)


def _events(objective: Objective) -> dict[str, Any]:
    """How many events an hour brought: a share of next to nothing says nothing."""
    expr = f"3600 * ({objective.total.replace('{w}', '1h')})"
    return _record("viva:slo_events:increase1h", expr, objective)


def _record(name: str, expr: str, objective: Objective) -> dict[str, Any]:
    return {"record": name, "expr": expr, "labels": {"slo": objective.name}}


def text() -> str:
    """The file as it should be."""
    head = "# Written by deploy/observability/objectives.py; change it there.\n"
    return head + yaml.safe_dump(rules(), sort_keys=False, width=1000)


if __name__ == "__main__":
    RULES.write_text(text())
