"""The candidate's WebSocket, and the join page beside it."""

import asyncio

from fastapi import APIRouter, WebSocket

from viva.edge.connection import Connection
from viva.edge.messages import Attach, Refusal
from viva.edge.ports import (
    ClientGoneError,
    ClientSocket,
    ProtocolViolationError,
)
from viva.gateway.entrypoints import stream_page
from viva.gateway.entrypoints.stream_codec import SUBPROTOCOL
from viva.gateway.entrypoints.stream_edge import CandidateEdge
from viva.gateway.entrypoints.stream_socket import StarletteSocket

ATTACH_TIMEOUT = 4408

router = APIRouter()
router.include_router(stream_page.router)


@router.websocket("/v1/join/stream")
async def stream(websocket: WebSocket) -> None:
    """Takes a candidate's connection: the first message attaches, the rest is relayed."""
    edge = websocket.app.state.edge
    assert isinstance(edge, CandidateEdge)
    offered = SUBPROTOCOL in websocket.scope.get("subprotocols", [])
    await websocket.accept(subprotocol=SUBPROTOCOL if offered else None)
    socket = StarletteSocket(websocket)
    if not offered:
        detail = f"Ask for the subprotocol {SUBPROTOCOL}."
        await _refuse(socket, ProtocolViolationError("subprotocol_missing", detail))
        return
    try:
        attach = await _first_message(socket, edge.limits.attach_s)
        connection = await edge.admit(attach, socket)
    except ProtocolViolationError as violation:
        await _refuse(socket, violation)
    except ClientGoneError:
        return
    else:
        await _serve(edge, connection)


async def _first_message(socket: ClientSocket, timeout_s: float) -> Attach:
    try:
        async with asyncio.timeout(timeout_s):
            first = await socket.receive()
    except TimeoutError as error:
        raise ProtocolViolationError(
            "attach_timeout", "The first message did not come.", ATTACH_TIMEOUT
        ) from error
    if not isinstance(first, Attach):
        raise ProtocolViolationError("attach_missing", "The first message is `attach`.")
    return first


async def _serve(edge: CandidateEdge, connection: Connection) -> None:
    with edge.serving(connection):
        await connection.run()


async def _refuse(socket: ClientSocket, violation: ProtocolViolationError) -> None:
    try:
        await socket.send(Refusal(violation.code, violation.detail))
    except ClientGoneError:
        return
    await socket.close(violation.close_code, violation.code)
