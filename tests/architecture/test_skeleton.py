"""The same skeleton in all eight services."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from viva.platform.service import Service

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if path.is_dir())
LAYERS = {"domain", "application", "adapters", "entrypoints", "migrations", "static"}


def test_there_are_eight() -> None:
    eight = "asr diarization fraud gateway notification scoring session telephony"
    assert " ".join(SERVICES) == eight


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_its_parts_and_no_others(name: str) -> None:
    package = ROOT / "services" / name / "src/viva" / name
    files = {path.name for path in package.iterdir() if path.suffix == ".py"}
    assert {"__main__.py", "service.py", "settings.py"} <= files
    folders = {path.name for path in package.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders <= LAYERS
    for folder in folders:
        assert any((package / folder).iterdir()), f"{folder} is empty"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_found_by_its_entry_point(name: str) -> None:
    (entry,) = entry_points(group="viva.services", name=name)
    service = entry.load()
    assert isinstance(service, Service)
    assert service.name == name


@pytest.mark.parametrize("name", SERVICES)
def test_the_main_module_runs_the_service_and_nothing_else(name: str) -> None:
    source = (ROOT / "services" / name / "src/viva" / name / "__main__.py").read_text()
    assert source.strip().endswith(f'run("{name}")')
