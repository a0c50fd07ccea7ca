"""What dashboards and alerts read is what running services export."""

from collections import defaultdict

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.scenarios import Outcome
from tests.e2e.world import World
from tests.observability.names import family, wanted, wanted_labels

# Made by Prometheus itself, by each scrape.
_OF_PROMETHEUS = {"up"}
# Labels that no service exports: Prometheus names the target, and only what failed has an error.
_ADDED = {"job", "instance"}
_OF_FAILURES = {"error_type"}


@pytest.mark.scenario("completed")
async def test_every_metric_and_label_that_is_read_is_exported(
    outcome: Outcome, world: World
) -> None:
    await world.webhooks(outcome.id, "interview.completed")
    exported: defaultdict[str, set[str]] = defaultdict(set)
    async with httpx.AsyncClient() as client:
        for service, (port, _grpc) in world.stack.ports.items():
            scraped = await client.get(f"http://127.0.0.1:{port}/metrics")
            assert scraped.status_code == 200, service
            for found in text_string_to_metric_families(scraped.text):
                for sample in found.samples:
                    exported[family(sample.name)] |= set(sample.labels)
            assert outcome.id not in scraped.text, "no interview is a label"
    missing = {
        name: sorted(readers)
        for name, readers in wanted().items()
        if name not in exported and not _made_by_prometheus(name)
    }
    assert missing == {}
    unknown = {
        f"{name}{{{label}}}": sorted(readers)
        for (name, label), readers in wanted_labels().items()
        if label not in exported[name] | _ADDED | _OF_FAILURES and not _made_by_prometheus(name)
    }
    assert unknown == {}


def _made_by_prometheus(name: str) -> bool:
    """By each scrape, or by a recording rule."""
    return name in _OF_PROMETHEUS or name.startswith("viva:")
