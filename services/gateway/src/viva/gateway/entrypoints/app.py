"""The app: REST, join page, candidate WebSocket."""

import importlib
import importlib.util
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from viva.gateway.entrypoints import joining, problems
from viva.gateway.entrypoints.state import Gateway

STATIC = Path(__file__).parent.parent / "static"


def create_app(gateway: Gateway) -> FastAPI:
    """Wires the routes to their parts."""
    app = FastAPI(title="Viva", version="1", docs_url=None, redoc_url=None)
    app.state.gateway = gateway
    problems.install(app)
    app.include_router(joining.router)
    _include_browser_edge(app)
    return app


def _include_browser_edge(app: FastAPI) -> None:
    name = "viva.gateway.entrypoints.stream"
    if importlib.util.find_spec(name):
        app.include_router(importlib.import_module(name).router)
    if STATIC.is_dir():
        app.mount("/static", StaticFiles(directory=STATIC), name="static")
