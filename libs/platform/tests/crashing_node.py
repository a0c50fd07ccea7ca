"""A process that is killed, by itself and without warning, at the point that a test names.

Run as a script: settings as JSON, service, point.
"""

import asyncio
import json
import os
import signal
import sys
from typing import Any

from sqlalchemy import text

from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.platform.clock import SystemClock
from viva.platform.db import Database
from viva.platform.health import Health
from viva.platform.messaging import Messaging
from viva.platform.messaging.consumer import Consumer
from viva.platform.messaging.producer import Producer
from viva.platform.messaging.relay import Relay
from viva.platform.settings import PlatformSettings

Requested = gateway_events.InterviewCancelRequested
EVENTS = 12


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def die_once_done(consumer: Consumer) -> bool:
    if consumer._done:
        die()
    return True


def arm(point: str) -> None:
    """Puts the mine where the test wants it."""
    if point == "after publish, before mark":
        Relay._mark = die  # type: ignore[assignment, method-assign]
    if point == "after effect, before offset":
        Consumer._commit = die_once_done  # type: ignore[assignment, method-assign]
    if point == "in the middle of publishing":
        send, sent = Producer.send, []

        async def third_is_the_last(self: Producer, *arguments: Any) -> None:
            await send(self, *arguments)
            sent.append(1)
            if len(sent) == 3:
                die()

        Producer.send = third_is_the_last  # type: ignore[method-assign]


async def handle(event: Any, unit: Any) -> None:
    """One row an event, and a count that a second effect would raise."""
    await unit.session.execute(
        text(
            "INSERT INTO effects VALUES (:id, 1) "
            "ON CONFLICT (id) DO UPDATE SET times = effects.times + 1"
        ),
        {"id": event.id},
    )


async def main(settings: PlatformSettings, service: str, point: str) -> None:
    arm(point)
    health = Health(service, SystemClock())
    database = Database(settings.require("database_url"), service)
    await database.start()
    messaging = Messaging(service, settings, health, database, clock=SystemClock())
    if service == "gateway":
        async with database.unit_of_work() as unit:
            for number in range(EVENTS):
                name = f"iv_{number % 3}"
                unit.emit(Requested(interview_id=name), interview_id=name, event_id=f"evt_{number}")
        if point == "after commit, before publish":
            die()
    else:
        messaging.on(Requested, handle)
    await messaging.sending.start()
    await messaging.start()
    await asyncio.sleep(60)


if __name__ == "__main__":
    values = json.loads(sys.argv[1])
    asyncio.run(main(PlatformSettings.model_validate(values), sys.argv[2], sys.argv[3]))
