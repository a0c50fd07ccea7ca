"""What the routes reach through the app: built once in service.py, never at import."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from viva.gateway.application.join import JoinDesk
from viva.gateway.application.ports import OpenWork


@dataclass(frozen=True)
class Gateway:
    """The parts that the routes use."""

    open_work: OpenWork
    join: JoinDesk


def gateway(connection: HTTPConnection) -> Gateway:
    """Finds the gateway of a request or a WebSocket."""
    found = connection.app.state.gateway
    assert isinstance(found, Gateway)
    return found
