"""Writes the Grafana dashboards: `python -m deploy.observability.dashboards`."""

import json
from pathlib import Path
from typing import Any

from deploy.observability.panels import BUDGETS, INTERVIEW, LAG, SERVICE, VOICE, Panel

FOLDER = Path(__file__).parent / "grafana" / "dashboards"
_HEIGHT, _ROW = 8, 24
Json = dict[str, Any]


_DATA = {"name": "prometheus", "type": "datasource", "query": "prometheus", "label": "Prometheus"}
_TRACES = {"name": "traces", "type": "datasource", "query": "tempo", "label": "Traces"}
_JOBS = {
    "name": "job",
    "type": "query",
    "label": "Service",
    "datasource": {"type": "prometheus", "uid": "${prometheus}"},
    "query": "label_values(viva_event_loop_delay_seconds_count, job)",
    "refresh": 2,
    "multi": True,
    "includeAll": True,
}
_ID = {"name": "interview", "type": "textbox", "label": "Interview", "query": "iv_"}

DASHBOARDS: dict[str, tuple[str, tuple[Json, ...], tuple[Panel, ...]]] = {
    "viva-voice": ("Viva: voice quality", (_DATA,), VOICE),
    "viva-pipeline": ("Viva: pipeline and lag", (_DATA,), LAG),
    "viva-service": ("Viva: one service", (_DATA, _JOBS), SERVICE),
    "viva-objectives": ("Viva: objectives", (_DATA,), BUDGETS),
    "viva-interview": ("Viva: one interview", (_DATA, _TRACES, _ID), INTERVIEW),
}


def dashboard(uid: str) -> Json:
    """One dashboard, as Grafana reads it."""
    title, variables, panels = DASHBOARDS[uid]
    placed, x, y = [], 0, 0
    for number, panel in enumerate(panels, 1):
        if x + panel.width > _ROW:
            x, y = 0, y + _HEIGHT
        grid = {"x": x, "y": y, "w": panel.width, "h": _HEIGHT}
        placed.append({"id": number, "gridPos": grid, **_panel(panel)})
        x += panel.width
    return {
        "uid": uid,
        "title": title,
        "tags": ["viva"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": list(variables)},
        "panels": placed,
    }


def _panel(panel: Panel) -> Json:
    if panel.kind == "traces":
        source = {"type": "tempo", "uid": "${traces}"}
        targets = [
            {"refId": _letter(i), "queryType": "traceql", "query": query, "limit": 20}
            for i, (_, query) in enumerate(panel.queries)
        ]
        shown: Json = {"type": "table"}
    else:
        source = {"type": "prometheus", "uid": "${prometheus}"}
        targets = [
            {
                "refId": _letter(i),
                "expr": query,
                "legendFormat": legend,
                "exemplar": panel.exemplars,
            }
            for i, (legend, query) in enumerate(panel.queries)
        ]
        shown = {"type": panel.kind, "fieldConfig": _field(panel.unit)}
    about = {"description": panel.about} if panel.about else {}
    return {"title": panel.title, **about, **shown, "datasource": source, "targets": targets}


def _field(unit: str) -> Json:
    return {"defaults": {"unit": unit, "min": 0}, "overrides": []}


def _letter(index: int) -> str:
    return chr(ord("A") + index)


def text(uid: str) -> str:
    """The file as it should be."""
    return json.dumps(dashboard(uid), indent=2) + "\n"


if __name__ == "__main__":
    for name in DASHBOARDS:
        (FOLDER / f"{name}.json").write_text(text(name))
