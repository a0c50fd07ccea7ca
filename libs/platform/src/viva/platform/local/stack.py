"""The servers below the services: those that are configured, or embedded ones."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import asyncpg

from viva.platform.db.connection import connect
from viva.platform.embedded.broker import EmbeddedBroker, free_port, listening
from viva.platform.embedded.postgres import EmbeddedPostgres
from viva.platform.lifecycle import Part
from viva.platform.local.state import State, home, is_running
from viva.platform.messaging.pruning import requeue_unsettled
from viva.platform.messaging.topics import apply_topics
from viva.platform.sealing import new_key_file
from viva.platform.settings import PlatformSettings, load

_BROKER_PORT = 9092
Say = Callable[[str, str], None]


class Stack:
    """Database, broker and objects for `viva up`.

    Attributes:
        environment: the settings that were not configured and are chosen here.
    """

    def __init__(self, say: Say) -> None:
        self.environment: dict[str, str] = {}
        self._say = say
        self._started: list[Part] = []
        self._postgres: EmbeddedPostgres | None = None
        self._broker: EmbeddedBroker | None = None

    @property
    def broker_pid(self) -> int | None:
        """The embedded broker's process."""
        return self._broker.pid if self._broker else None

    def settings(self) -> PlatformSettings:
        """The platform's settings with what was chosen here."""
        chosen = {
            name.removeprefix("VIVA_").lower(): value for name, value in self.environment.items()
        }
        return load(PlatformSettings, **chosen)

    async def start(self) -> None:
        """Starts what is not configured; makes the topics."""
        configured = load(PlatformSettings)
        if configured.database_url is None:
            await self._start_postgres()
        else:
            self._say("database", "as configured by VIVA_DATABASE_URL")
        if configured.objects_url is None:
            self.environment["VIVA_OBJECTS_URL"] = (home() / "objects").as_uri()
        if configured.sealing_keys is None:
            new_key_file(home() / "sealing-key")
            self.environment["VIVA_SEALING_KEYS_FILE"] = str(home() / "sealing-key")
        if configured.kafka_bootstrap is None:
            await self._start_broker()
        else:
            self._say("broker", "as configured by VIVA_KAFKA_BOOTSTRAP")
        made = await apply_topics(self.settings())
        if made:
            self._say("topics", f"{len(made)} made")

    async def watch(self) -> None:
        """Starts the embedded broker again whenever it dies; returns only when cancelled."""
        while self._broker:
            code = await self._broker.wait()
            self._say("broker", f"ended with {code}; starting it again, it has forgotten all")
            await self._requeue()
            await self._broker.start()
            await apply_topics(self.settings())
            self._say("broker", "ready again; events of unfinished interviews are repeated")
        await asyncio.Event().wait()

    async def stop(self) -> None:
        """Stops what was started here, last first."""
        while self._started:
            await self._started.pop().stop()

    async def _start_postgres(self) -> None:
        folder = home() / "postgres"
        fresh = not (folder / "PG_VERSION").exists()
        self._say("database", "making it, a few seconds once" if fresh else "starting")
        self._postgres = EmbeddedPostgres(folder)
        self._started.append(self._postgres)
        await self._postgres.start()
        self.environment["VIVA_DATABASE_URL"] = await self._postgres.create_database()
        self._say("database", f"ready, embedded, data in {folder}")

    async def _start_broker(self) -> None:
        await _end_left_over()
        taken = await listening("127.0.0.1", _BROKER_PORT)
        self._broker = EmbeddedBroker(
            free_port() if taken else _BROKER_PORT, home() / "logs" / "broker.log"
        )
        self.environment |= {
            "VIVA_KAFKA_BOOTSTRAP": self._broker.bootstrap,
            "VIVA_KAFKA_EMBEDDED": "true",
            "VIVA_KAFKA_IDEMPOTENCE": "false",
        }
        await self._requeue()
        self._started.append(self._broker)
        await self._broker.start()
        self._say("broker", f"ready, embedded, {self._broker.bootstrap}")

    async def _requeue(self) -> None:
        """Has unfinished interviews' events published again; before the new broker takes any."""
        url = self.settings().require("database_url")
        admin = await connect(url)
        try:
            rows = await admin.fetch(
                "SELECT table_schema FROM information_schema.tables WHERE table_name = 'outbox'"
            )
        finally:
            await admin.close()
        for row in rows:
            await self._requeue_schema(url, row["table_schema"])

    async def _requeue_schema(self, url: str, schema: str) -> None:
        connection = await connect(url, schema)
        try:
            count = await requeue_unsettled(connection, schema)
        except asyncpg.UndefinedTableError:
            return
        finally:
            await connection.close()
        if count:
            self._say("broker", f"{count} events of {schema} will be published again")


async def _end_left_over() -> None:
    """Ends the broker of a `viva up` that was killed and could not end it itself."""
    state = State.left_over()
    pid = state.broker_pid if state else None
    if pid is None or not is_running(pid) or not _is_broker(pid):
        return
    os.kill(pid, signal.SIGTERM)
    for _ in range(50):
        if not is_running(pid):
            return
        await asyncio.sleep(0.1)


def _is_broker(pid: int) -> bool:
    try:
        return b"tansu" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
