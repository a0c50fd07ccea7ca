"""A front before several replicas, as an ingress is: a connection goes to the idlest of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress


class Ingress:
    """Forwards each connection to the port with the fewest; ports that refuse are left out.

    Attributes:
        url: of the front.
        live: connections that are open now, by port behind.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = tuple(ports)
        self.url = ""
        self.live: Counter[int] = Counter()

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end closes it."""
        for port in sorted(self._ports, key=lambda each: self.live[each]):
            with suppress(OSError):
                behind = await asyncio.open_connection("127.0.0.1", port)
                await self._join(port, (reader, writer), behind)
                return
        writer.transport.abort()

    async def _join(
        self,
        port: int,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        behind: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self.live[port] += 1
        pumps = [
            asyncio.create_task(_pump(client[0], behind[1])),
            asyncio.create_task(_pump(behind[0], client[1])),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.live[port] -= 1
            for pump in pumps:
                pump.cancel()
            client[1].close()
            behind[1].close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def opened_ingress(ports: Sequence[int]) -> AsyncIterator[Ingress]:
    """Listens until the context ends."""
    ingress = Ingress(ports)
    server = await asyncio.start_server(ingress.forward, "127.0.0.1", 0)
    ingress.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield ingress
    finally:
        server.close()
