"""The app: REST, join page, candidate WebSocket, console."""

from typing import Any

from fastapi import Depends, FastAPI
from starlette.types import ASGIApp

from viva.gateway.application.simulating import Simulations
from viva.gateway.entrypoints import console_page, joining, problems, stream
from viva.gateway.entrypoints.authentication import bearer
from viva.gateway.entrypoints.guard import Guard
from viva.gateway.entrypoints.published import publish_documents
from viva.gateway.entrypoints.routes import (
    accounts,
    bias_audit,
    calibrations,
    interviews,
    library,
    people,
    recordings,
    webhooks,
)
from viva.gateway.entrypoints.schemas.documents.base import Problem
from viva.gateway.entrypoints.state import Gateway
from viva.gateway.entrypoints.stream_edge import CandidateEdge

_API = (
    interviews.router,
    recordings.router,
    library.router,
    calibrations.router,
    people.router,
    webhooks.router,
    accounts.router,
    bias_audit.router,
)
_PROBLEM: dict[str, Any] = {
    "model": Problem,
    "content": {"application/problem+json": {}},
    "description": "A problem (RFC 9457)",
}


def create_app(
    gateway: Gateway, edge: CandidateEdge | None = None, simulations: Simulations | None = None
) -> ASGIApp:
    """Wires the routes to their parts."""
    app = describe()
    app.state.gateway = gateway
    app.state.edge = edge
    app.state.simulations = simulations
    problems.install(app)
    return Guard(
        app,
        max_body_bytes=gateway.max_body_bytes,
        secure=gateway.context.policy.public_url.startswith("https:"),
    )


def describe() -> FastAPI:
    """Makes the app without its parts; enough for the OpenAPI document."""
    app = FastAPI(
        title="Viva",
        version="1",
        summary="The AI interview API",
        description="Errors are application/problem+json with a code and JSON pointers. POST takes "
        "an Idempotency-Key; the answer is given again for 24 hours. Lists page by "
        "`starting_after`.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    for router in _API:
        app.include_router(
            router, dependencies=[Depends(bearer)], responses={"4XX": _PROBLEM, "5XX": _PROBLEM}
        )
    app.include_router(joining.router, responses={"4XX": _PROBLEM})
    app.include_router(stream.router)
    app.include_router(console_page.router)
    publish_documents(app)
    return app
