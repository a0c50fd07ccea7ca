"""TCP proxies that can be cut: a process of its own, so that no candidate waits for its bytes.

Reads commands from standard input, one a line: `cut NAME`, `hang NAME`, `heal NAME`. Says `done`
after each.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Address = tuple[str, int]


@dataclass(frozen=True)
class Route:
    """Listens at `front` and goes on to `back`."""

    front: Address
    back: Address


class Proxies:
    """The proxies' process, as its owner sees it."""

    def __init__(self, routes: Mapping[str, Route]) -> None:
        plan = {name: [route.front, route.back] for name, route in routes.items()}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.proxy", json.dumps(plan)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        assert self._process.stdout
        if self._process.stdout.readline() != b"listening\n":
            raise RuntimeError("the proxies do not start")

    def cut(self, name: str) -> None:
        """Closes all connections of a route and takes no new ones."""
        self._tell("cut", name)

    def hang(self, name: str) -> None:
        """Keeps the connections, but lets nothing through."""
        self._tell("hang", name)

    def heal(self, name: str) -> None:
        """Lets everything through again."""
        self._tell("heal", name)

    def stop(self) -> None:
        """Ends the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)

    def _tell(self, command: str, name: str) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{command} {name}\n".encode())
        self._process.stdin.flush()
        if self._process.stdout.readline() != b"done\n":
            raise RuntimeError("the proxies have ended")


class _Proxy:
    def __init__(self, route: Route) -> None:
        self._route = route
        self._open = asyncio.Event()
        self._open.set()
        self._refusing = False
        self._writers: set[asyncio.StreamWriter] = set()

    async def listen(self) -> None:
        await asyncio.start_server(self._accept, *self._route.front)

    def do(self, command: str) -> None:
        self._refusing = command == "cut"
        if command == "heal":
            self._open.set()
        else:
            self._open.clear()
        if command == "cut":
            for writer in self._writers:
                writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        try:
            back_reader, back_writer = await asyncio.open_connection(*self._route.back)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, back_writer}
        self._writers |= both
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, back_writer))
                group.create_task(self._pump(back_reader, writer))
        finally:
            self._writers -= both
            for end in both:
                end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except (OSError, RuntimeError):
            writer.transport.abort()


async def _serve(plan: dict[str, list[list[object]]]) -> None:
    proxies = {
        name: _Proxy(Route((str(front[0]), int(str(front[1]))), (str(back[0]), int(str(back[1])))))
        for name, (front, back) in plan.items()
    }
    for proxy in proxies.values():
        await proxy.listen()
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        command, name = line.decode().split()
        proxies[name].do(command)
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(json.loads(sys.argv[1])))
