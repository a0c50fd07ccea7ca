"""What dashboards and alerts read is what running services export."""

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.scenarios import Outcome
from tests.e2e.world import World
from tests.observability.names import wanted

# Made by Prometheus itself, by each scrape.
_OF_PROMETHEUS = {"up"}


@pytest.mark.scenario("completed")
async def test_every_metric_that_is_read_is_exported(outcome: Outcome, world: World) -> None:
    await world.webhooks(outcome.id, "interview.completed")
    exported = set(_OF_PROMETHEUS)
    labels: set[str] = set()
    async with httpx.AsyncClient() as client:
        for service, (port, _grpc) in world.stack.ports.items():
            scraped = await client.get(f"http://127.0.0.1:{port}/metrics")
            assert scraped.status_code == 200, service
            for family in text_string_to_metric_families(scraped.text):
                exported |= {family.name, *(sample.name for sample in family.samples)}
                labels |= {name for sample in family.samples for name in sample.labels}
            assert outcome.id not in scraped.text, "no interview is a label"
    missing = {
        name: sorted(readers)
        for name, readers in wanted().items()
        if name not in exported and not name.startswith("viva:")
    }
    assert missing == {}
