"""Claiming on a real database: fair over endpoints, and safe when a worker dies."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from viva.notification.adapters import deliveries
from viva.notification.application.ports import Announcement
from viva.notification.application.records import EndpointRow, InterviewRow
from viva.notification.domain.delivery import TryResult
from viva.platform.db import Database
from viva.platform.ids import UlidIds
from viva.platform.settings import PlatformSettings
from viva.testkit.clock import FakeClock

LEASE = timedelta(seconds=60)
SLOW, QUICK = "https://slow.example/hook", "https://quick.example/hook"


@pytest_asyncio.fixture
async def database(
    platform_settings: PlatformSettings, clock: FakeClock
) -> AsyncIterator[Database]:
    database = Database.from_settings(
        platform_settings,
        schema="notification",
        migrations="viva.notification.migrations",
        clock=clock,
        ids=UlidIds(),
    )
    await database.start()
    yield database
    await database.stop()


async def announce(database: Database, clock: FakeClock, url: str, count: int) -> None:
    async with database.unit_of_work() as uow:
        for number in range(count):
            interview = InterviewRow(interview_id="iv_1", tenant_id="ten_1", webhook_url=url)
            event = Announcement(f"evt_{url}_{number}", "interview.completed", b"{}", None)
            await deliveries.create_deliveries(uow.session, interview, event, clock.now())


async def claim(database: Database, clock: FakeClock, count: int = 10) -> list[tuple[str, str]]:
    async with database.unit_of_work() as uow:
        found = await deliveries.claim(uow.session, clock.now(), count, 2, LEASE)
        return sorted((one.url, one.event_id) for one in found)


async def test_a_slow_endpoint_never_takes_all_places(database: Database, clock: FakeClock) -> None:
    await announce(database, clock, SLOW, 6)
    first = await claim(database, clock)
    assert [url for url, _ in first] == [SLOW, SLOW]
    clock.advance(1)
    assert await claim(database, clock) == []  # two are under way there already
    await announce(database, clock, QUICK, 1)
    assert [url for url, _ in await claim(database, clock)] == [QUICK]


async def test_what_a_dead_worker_held_comes_again_with_the_same_id(
    database: Database, clock: FakeClock
) -> None:
    await announce(database, clock, SLOW, 2)
    first = await claim(database, clock)
    clock.advance(59)
    assert await claim(database, clock) == []
    clock.advance(2)
    assert await claim(database, clock) == first


async def test_a_disabled_endpoint_gets_nothing_more(database: Database, clock: FakeClock) -> None:
    async with database.unit_of_work() as uow:
        uow.session.add(
            EndpointRow(
                id="whe_1",
                tenant_id="ten_1",
                url=SLOW,
                description="",
                event_types=[],
                enabled=True,
                disabled_reason="",
                secret="whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0",
                created_at=clock.now(),
            )
        )
    await announce(database, clock, "", 3)
    gone = TryResult(clock.now(), 410, "HTTP 410", 5)
    async with database.unit_of_work() as uow:
        await deliveries.note_endpoint(uow.session, "whe_1", gone, "the endpoint answered 410 Gone")
    assert await claim(database, clock) == []
