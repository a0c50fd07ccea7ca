"""Who reads what: the catalogue and the services' handlers say the same."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from viva.contracts.catalogue import catalogue
from viva.platform.run import service_names
from viva.platform.service import Runtime
from viva.platform.settings import PlatformSettings


@pytest.mark.parametrize("name", service_names())
async def test_a_service_handles_what_the_catalogue_says_that_it_reads(
    name: str, tmp_path: Path
) -> None:
    (entry,) = entry_points(group="viva.services", name=name)
    service = entry.load()
    # Nothing is started: no broker and no database are needed to see what is registered.
    platform = PlatformSettings.model_validate(
        {
            "kafka_bootstrap": "127.0.0.1:1",
            "database_url": "postgresql://nobody@127.0.0.1:1/none",
            "objects_url": tmp_path.as_uri(),
        }
    )
    runtime = Runtime(service, platform, service.settings())
    await service.build(runtime, runtime.settings)
    promised = {
        event.type for topic in catalogue() for event in topic.events if name in event.consumers
    }
    assert runtime.messaging().handled == promised
