"""What the routes reach through the app: built once in service.py, never at import."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from viva.gateway.application.answering_once import Answers
from viva.gateway.application.context import Context
from viva.gateway.application.join import JoinDesk
from viva.gateway.application.ports import BundleStore, Notifications, OpenWork, ScoringModel
from viva.gateway.application.simulating import Simulations
from viva.gateway.entrypoints.rate import RateLimit


@dataclass(frozen=True)
class Gateway:
    """The parts that the routes use.

    Attributes:
        rate_limit: of an API key.
        join_rate_limit: of a candidate's address.
    """

    open_work: OpenWork
    context: Context
    join: JoinDesk
    answers: Answers
    objects: BundleStore
    notifications: Notifications
    scoring: ScoringModel
    rate_limit: RateLimit
    join_rate_limit: RateLimit
    max_body_bytes: int


def gateway(connection: HTTPConnection) -> Gateway:
    """Finds the gateway of a request or a WebSocket."""
    found = connection.app.state.gateway
    assert isinstance(found, Gateway)
    return found


def simulations(connection: HTTPConnection) -> Simulations:
    """Finds those who simulate candidates."""
    found = connection.app.state.simulations
    assert isinstance(found, Simulations)
    return found
