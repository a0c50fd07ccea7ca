"""A Starlette WebSocket as the edge's client."""

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from viva.edge.messages import ClientMessage, Downlink
from viva.edge.ports import ClientGoneError
from viva.gateway.entrypoints.stream_codec import decode_binary, decode_text, encode

NORMAL = 1000


class StarletteSocket:
    """Decodes what comes in, encodes what goes out."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def receive(self) -> ClientMessage:
        """Waits for the next message.

        Raises:
            ClientGoneError: the connection ended.
            ProtocolViolationError: the message is not of the protocol.
        """
        heard = await self._websocket.receive()
        if heard["type"] == "websocket.disconnect":
            code = heard.get("code") or NORMAL
            raise ClientGoneError(f"closed_{code}")
        if (data := heard.get("bytes")) is not None:
            return decode_binary(data)
        return decode_text(heard.get("text") or "")

    async def send(self, message: Downlink) -> None:
        """Sends one message; waits while the network takes no more.

        Raises:
            ClientGoneError: the connection ended.
        """
        try:
            for part in encode(message):
                if isinstance(part, str):
                    await self._websocket.send_text(part)
                else:
                    await self._websocket.send_bytes(part)
        except (WebSocketDisconnect, RuntimeError) as gone:
            raise ClientGoneError("closed") from gone

    async def close(self, code: int, reason: str) -> None:
        """Closes the connection; does nothing where it is closed already."""
        states = (self._websocket.client_state, self._websocket.application_state)
        if WebSocketState.DISCONNECTED in states:
            return
        try:
            await self._websocket.close(code, reason[:120])
        except (WebSocketDisconnect, RuntimeError) as gone:
            raise ClientGoneError("closed") from gone
