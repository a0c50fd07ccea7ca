"""A service, and the runtime that its composition root puts together."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
from starlette.types import ASGIApp

from viva.platform.clock import Clock, SystemClock
from viva.platform.db import Database
from viva.platform.grpc import Channels, GrpcServer
from viva.platform.grpc.tls import GrpcTls
from viva.platform.health import HEARTBEAT_S, Health
from viva.platform.http import HttpServer
from viva.platform.ids import Ids, UlidIds
from viva.platform.instruments import seconds
from viva.platform.lifecycle import P, PartStack
from viva.platform.log import get_logger
from viva.platform.messaging import Messaging
from viva.platform.objects import Objects, s3_options
from viva.platform.probe import Probe
from viva.platform.settings import PlatformSettings, ServiceSettings
from viva.platform.telemetry import meter

_log = get_logger(__name__)
_OBJECTS_EVERY_S = 30.0  # a bucket charges for each question
_LATE_S = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5)


@dataclass(frozen=True)
class Service:
    """One service: what `viva run` needs to know of it.

    Attributes:
        build: the composition root; adds the service's parts and handlers to the runtime.
        migrations: importable package with Alembic revisions, where the service owns tables.
    """

    name: str
    settings: type[ServiceSettings]
    build: Callable[["Runtime", Any], Awaitable[None]]
    migrations: str | None = None


class Runtime:
    """One running service.

    Parts start in the order of adding. The ways in (events, gRPC, HTTP) open after all parts are
    started and close before any is stopped; only health answers from the first moment.
    """

    def __init__(
        self,
        service: Service,
        platform: PlatformSettings,
        settings: ServiceSettings,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
    ) -> None:
        self.name = service.name
        self.platform = platform
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.ids: Ids = ids or UlidIds()
        self.health = Health(service.name, self.clock)
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._service = service
        self._parts = PartStack(settings.stop_timeout_s, self._note_starting)
        self._entrances = PartStack(settings.stop_timeout_s, self._note_starting)
        self._http = HttpServer(settings.http_host, settings.http_port, self.health)
        self._drain_hooks: list[Callable[[], Awaitable[None]]] = []
        self._database: Database | None = None
        self._objects: Objects | None = None
        self._messaging: Messaging | None = None
        self._grpc_server: GrpcServer | None = None
        self._channels: Channels | None = None
        self._beating: asyncio.Task[None] | None = None

    @property
    def http_port(self) -> int:
        """The port of health and the HTTP application."""
        return self._http.port

    def add(self, part: P) -> P:
        """Adds a part: started in order of adding, stopped in reverse."""
        return self._parts.add(part)

    def database(self) -> Database:
        """The service's own schema."""
        if self._database is None:
            self._database = self.add(
                Database.from_settings(
                    self.platform,
                    schema=self.name,
                    migrations=self._service.migrations,
                    clock=self.clock,
                    ids=self.ids,
                )
            )
        return self._database

    def objects(self) -> Objects:
        """The object store."""
        if self._objects is None:
            url = self.platform.require("objects_url")
            self._objects = self.add(Objects(url, s3_options(self.platform)))
            self.add(Probe(self.health, "objects", self._objects.ping, _OBJECTS_EVERY_S))
        return self._objects

    def messaging(self) -> Messaging:
        """The broker, as group `viva.<name>`; with an outbox where the service owns tables."""
        if self._messaging is None:
            database = self.database() if self._service.migrations else None
            self._messaging = Messaging(
                self.name, self.platform, self.health, database, clock=self.clock
            )
            self.add(self._messaging.sending)
            self._entrances.add(self._messaging)
        return self._messaging

    def grpc_server(self) -> GrpcServer:
        """The gRPC port, with the health service."""
        if self._grpc_server is None:
            server = GrpcServer(
                self.settings.grpc_host, self.settings.grpc_port, self.health, self.grpc_tls()
            )
            self._grpc_server = self._entrances.add(server)
        return self._grpc_server

    def grpc_channel(self, target: str) -> grpc.aio.Channel:
        """A channel with deadlines, tracing and error mapping; closed when the service stops."""
        if self._channels is None:
            self._channels = self.add(Channels(self.grpc_tls()))
        return self._channels.to(target)

    def grpc_tls(self) -> GrpcTls | None:
        """How the services encrypt what they say to each other; None where they do not."""
        return GrpcTls.from_settings(self.platform)

    def http(self, app: ASGIApp | None = None) -> None:
        """Serves an application on the HTTP port, beside `/livez` and `/readyz`."""
        if app is not None:
            self._http.mount(app)

    def task(self, name: str, coro_factory: Callable[[], Awaitable[None]]) -> None:
        """Owns a background task. Its crash ends the service: half a service helps nobody."""
        self.add(_OwnedTask(name, coro_factory, self.fail))

    def on_drain(self, hook: Callable[[], Awaitable[None]]) -> None:
        """Runs a hook before anything stops: hand over, flush, say goodbye."""
        self._drain_hooks.append(hook)

    def fail(self, error: BaseException) -> None:
        """Ends the service because something that it cannot live without broke."""
        if not self.failed.done():
            self.failed.set_exception(error)

    async def start(self) -> None:
        """Builds the service and starts all of it."""
        await self._http.start()
        self._beating = asyncio.create_task(self._beat())
        try:
            await self._service.build(self, self.settings)
            await self._parts.start()
            await self._entrances.start()
        except BaseException:
            await self.stop()
            raise
        self.health.starting = None
        self.health.started = True
        _log.info("service_ready", service=self.name, http_port=self.http_port)

    async def drain(self) -> None:
        """Refuses new work and runs the drain hooks, all within the drain timeout."""
        self.health.draining = True
        timeout_s = self.settings.drain_timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                for hook in reversed(self._drain_hooks):
                    await hook()
        except TimeoutError:
            _log.warning("drain_timed_out", service=self.name, timeout_s=timeout_s)
        except Exception:
            _log.exception("drain_failed", service=self.name)

    async def stop(self) -> None:
        """Closes the ways in, then stops the parts. Idempotent."""
        self.health.draining = True
        await self._entrances.stop()
        await self._http.stop()
        await self._parts.stop()
        if self._beating:
            self._beating.cancel()
        if self.failed.done() and not self.failed.cancelled():
            self.failed.exception()  # seen by whoever runs us; not "never retrieved"
        _log.info("service_stopped", service=self.name)

    def _note_starting(self, part: str) -> None:
        self.health.starting = part

    async def _beat(self) -> None:
        late = seconds(
            meter("viva.runtime"),
            "viva.event_loop.delay",
            "How late the event loop is: frames of audio are late by as much.",
            _LATE_S,
        )
        while True:
            self.health.beat()
            due = time.monotonic() + HEARTBEAT_S
            await asyncio.sleep(HEARTBEAT_S)
            late.record(max(0.0, time.monotonic() - due), {"viva.service": self.name})


class _OwnedTask:
    """A background task as a part."""

    def __init__(
        self,
        name: str,
        factory: Callable[[], Awaitable[None]],
        fail: Callable[[BaseException], None],
    ) -> None:
        self._name = name
        self._factory = factory
        self._fail = fail
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        task, self._task = self._task, None
        if task and not task.done():
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        try:
            await self._factory()
        except Exception as error:
            _log.exception("task_crashed", task=self._name)
            self._fail(error)
