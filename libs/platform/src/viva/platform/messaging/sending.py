"""What a service needs to publish: topics, a producer, the relay of its outbox."""

from viva.platform.db import Database
from viva.platform.health import Health
from viva.platform.lifecycle import PartStack
from viva.platform.messaging.producer import Producer
from viva.platform.messaging.pruning import Pruning
from viva.platform.messaging.relay import Relay
from viva.platform.messaging.topics import apply_topics
from viva.platform.probe import Probe
from viva.platform.settings import PlatformSettings

_STOP_TIMEOUT_S = 8.0


class Sending:
    """The producer and, where the service owns tables, the outbox relay."""

    def __init__(
        self, settings: PlatformSettings, health: Health, database: Database | None
    ) -> None:
        self.producer = Producer(settings)
        self._settings = settings
        self._parts = PartStack(_STOP_TIMEOUT_S)
        self._parts.add(self.producer)
        self._parts.add(Probe(health, "broker", self.producer.ping))
        if database is not None:
            pruning = Pruning(settings.outbox_keep_hours, settings.inbox_keep_hours)
            relay = Relay(database.url, database.schema, self.producer, health, pruning)
            self._parts.add(relay)
            self._parts.add(Probe(health, "database", database.ping))

    async def start(self) -> None:
        """Connects; on the embedded broker, makes the topics that it forgot."""
        if self._settings.kafka_embedded:
            await apply_topics(self._settings)
        await self._parts.start()

    async def stop(self) -> None:
        """Stops the relay, then the producer."""
        await self._parts.stop()
