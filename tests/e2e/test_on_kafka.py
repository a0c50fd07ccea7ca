"""What depends on the broker, again on Apache Kafka with the idempotent producer.

Run by itself (`pytest -m kafka tests/e2e`): a process has one Viva with telephones.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.interview import ORDER, book
from tests.e2e.killing import check_once, kill_each_stage, kill_the_carriers, substance
from tests.e2e.outages import interview_with_outage
from tests.e2e.test_bad_input import corrupt_records
from tests.e2e.test_webhooks import expired_interview
from tests.e2e.world import World, running_world
from viva.testkit.candidate.conduct import Conducted, conduct

pytestmark = [pytest.mark.kafka, pytest.mark.disturbs]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def kafka() -> AsyncIterator[World]:
    """A Viva on Apache Kafka."""
    home = os.environ.get("KAFKA_HOME")
    if not home:
        pytest.skip("KAFKA_HOME is not set")
    async with running_world(book().all(), kafka_home=Path(home)) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def plain(kafka: World) -> Conducted:
    """An undisturbed interview."""
    return await conduct(kafka.api, kafka.voice, book=book(), **ORDER)


async def test_producers_are_idempotent(kafka: World) -> None:
    assert kafka.stack.settings()["VIVA_KAFKA_IDEMPOTENCE"] == "true"
    assert kafka.stack.state()["broker_pid"] is None  # no embedded one


async def test_whole_interview(kafka: World, plain: Conducted) -> None:
    assert plain.verdict["status"] == "completed"
    (hook,) = await kafka.webhooks(plain.id, "interview.completed")
    (result,) = kafka.results.of(plain.id)
    assert hook.verified(kafka.endpoint["secret"])["data"] == result.document == plain.verdict
    await check_once(kafka, plain)


async def test_killing_any_service_changes_nothing(
    kafka: World, plain: Conducted, subtests: pytest.Subtests
) -> None:
    for service, conducted in (await kill_each_stage(kafka)).items():
        with subtests.test(service):
            assert substance(conducted.verdict) == substance(plain.verdict)
            await check_once(kafka, conducted)
    with subtests.test("carriers"):
        conducted = await kill_the_carriers(kafka)
        assert substance(conducted.verdict) == substance(plain.verdict)
        await check_once(kafka, conducted)


async def test_broker_away_for_ten_seconds(kafka: World, plain: Conducted) -> None:
    conducted = await interview_with_outage(kafka, "broker")
    assert substance(conducted.verdict) == substance(plain.verdict)
    await check_once(kafka, conducted)


async def test_broker_killed_and_started_again(kafka: World) -> None:
    await asyncio.to_thread(kafka.stack.kill_broker)
    created = asyncio.create_task(expired_interview(kafka, timeout_s=90))
    await asyncio.to_thread(kafka.stack.start_broker)
    assert await kafka.webhooks(await created, "interview.expired", 60)


async def test_corrupt_records_let_others_pass(kafka: World) -> None:
    await corrupt_records(kafka)
    interview = await expired_interview(kafka)
    assert await kafka.webhooks(interview, "interview.expired")
