"""docker-compose.yml: taken by the compose client, and in step with the services."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from viva.platform.db.roles import SERVICES_WITH_TABLES, roles_script
from viva.platform.run import find_service, service_names
from viva.platform.settings import PlatformSettings

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))["services"]
    return loaded


def test_the_compose_client_takes_it() -> None:
    client = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    if shutil.which(client[0]) is None:
        pytest.skip("neither docker-compose nor docker is installed")
    command = [*client, "-f", str(FILE), "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_service_is_there_and_waits_for_what_it_needs(services: dict[str, Any]) -> None:
    assert set(service_names()) <= set(services)
    for name in service_names():
        service = services[name]
        assert service["image"] == f"viva/{name}:0.1.0"
        assert service["build"]["args"] == {"SERVICE": name}
        port = find_service(name).settings.model_fields["http_port"].default
        asked = f"urlopen('http://127.0.0.1:{port}/readyz', timeout=5)"
        program = f"from urllib.request import urlopen; {asked}"
        assert service["healthcheck"]["test"] == ["CMD", "python", "-c", program]
        assert service["depends_on"]["topics"] == {"condition": "service_completed_successfully"}
        assert ("postgres" in service["depends_on"]) == (name in SERVICES_WITH_TABLES)
        assert ("models" in service["depends_on"]) == ("volumes" in service)
        for needed in service["depends_on"]:
            assert needed in services


def test_every_variable_is_a_setting(services: dict[str, Any]) -> None:
    known = {f"VIVA_{name.upper()}" for name in PlatformSettings.model_fields}
    for name in service_names():
        own = {f"VIVA_{name.upper()}_{x.upper()}" for x in find_service(name).settings.model_fields}
        given = {x for x in services[name]["environment"] if x.startswith("VIVA_")}
        assert given <= known | own


def test_the_roles_are_those_that_the_command_prints() -> None:
    printed = roles_script(SERVICES_WITH_TABLES, prefix="viva_", limit=60)
    assert (ROOT / "deploy/compose/roles.sql").read_text("utf-8").strip() == printed


def test_every_file_that_is_mounted_is_there(services: dict[str, Any]) -> None:
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./") and "dashboards" not in source:
                assert (ROOT / source).exists(), source


def test_nothing_listens_beyond_this_machine(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
