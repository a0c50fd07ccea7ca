"""`python -m tests.compose`: docker-compose.yml with podman-compose, and an interview in it.

Images of Viva come from `deploy/docker/build`. Those of registries are stood in for by `standins/`
where they are not here: VIVA_COMPOSE_BASE names a Debian base, KAFKA_HOME an Apache Kafka, and
OTELCOL a collector. podman runs no health checks by itself: what waits for them starts in steps.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
STANDINS = Path(__file__).parent / "standins"
SERVICES = (
    *("gateway", "session", "telephony", "asr"),
    *("diarization", "scoring", "fraud", "notification"),
)
# Stand-in by service of the file; what has none is left out.
STOOD_IN = {
    "kafka": "kafka",
    "postgres": "postgres",
    "s3": "s3",
    "buckets": "curl",
    "collector": "collector",
    "tempo": "tempo",
    "prometheus": "prometheus",
}
BELOW = ("kafka", "postgres", "s3", "tempo", "prometheus", "collector")
LISTENING = {"kafka": ("kafka", 9092), "postgres": ("127.0.0.1", 5432), "s3": ("127.0.0.1", 8333)}
_READY_S = 600
_PROJECT = "viva-compose"


def main() -> None:
    """Builds, starts, conducts an interview, ends all."""
    described: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        stand_in(described["services"], Path(folder))
    try:
        conduct()
    finally:
        compose("down", "--volumes", "--timeout", "20")


def conduct() -> None:
    """Starts all in order and sends the simulated candidate in."""
    compose("up", "--detach", "--no-build", *BELOW)
    for name, (host, port) in LISTENING.items():
        code = f"import socket; socket.create_connection(({host!r}, {port}))"
        command = f'python3 -c "{code}"'
        wait(name, lambda name=name, command=command: healthy(name, command))
    for job in ("buckets", "topics", "models"):
        compose("run", "--rm", "--no-deps", job)
        say(f"{job}: done")
    compose("up", "--detach", "--no-build", "--no-deps", *SERVICES)
    for name in SERVICES:
        wait(name, lambda name=name: healthy(name, "viva ready"))
    key = execute("gateway", "viva keys create compose --mode test").stdout.strip()
    os.environ["VIVA_API_KEY"] = key
    compose("run", "--rm", "--no-deps", "candidate", "demo", "--url", "http://gateway:8080")


def stand_in(services: dict[str, Any], context: Path) -> None:
    """Builds the images of registries that are not here."""
    wanted = {name: services[name]["image"] for name in STOOD_IN}
    missing = {name: image for name, image in wanted.items() if not here(image)}
    if not missing:
        return
    shutil.copytree(STANDINS, context, dirs_exist_ok=True)
    shutil.copytree(os.environ["KAFKA_HOME"], context / "kafka")
    shutil.copy(os.environ["OTELCOL"], context / "otelcol")
    base = os.environ.get("VIVA_COMPOSE_BASE", "python:3.11-slim-bookworm")
    for name, image in missing.items():
        say(f"{name}: {image} is stood in for")
        command = ["buildah", "bud", "--isolation", "chroot", "--layers", "--quiet"]
        arguments = ["--build-arg", f"BASE={base}", "--target", STOOD_IN[name], "--tag", image]
        subprocess.run([*command, *arguments, str(context)], check=True)


def here(image: str) -> bool:
    """Whether podman has an image."""
    done = subprocess.run(["podman", "image", "exists", image], check=False)
    return done.returncode == 0


def compose(*arguments: str) -> None:
    """Runs podman-compose on the repository's file."""
    program = [sys.executable, "-m", "podman_compose"]
    command = [*program, "-p", _PROJECT, "-f", str(ROOT / "docker-compose.yml"), *arguments]
    subprocess.run(command, check=True, cwd=ROOT)


def execute(service: str, command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in a service's container."""
    container = f"{_PROJECT}_{service}_1"
    return subprocess.run(
        ["podman", "exec", container, "sh", "-c", command],
        capture_output=True,
        text=True,
        check=False,
    )


def healthy(service: str, command: str) -> bool:
    """What the file's health check asks."""
    return execute(service, command).returncode == 0


def wait(service: str, check: Callable[[], bool]) -> None:
    """Waits for a service.

    Raises:
        SystemExit: it never comes.
    """
    began = time.monotonic()
    while not check():
        if time.monotonic() - began > _READY_S:
            sys.exit(f"{service} is not ready after {_READY_S} s")
        time.sleep(1)
    say(f"{service}: ready after {time.monotonic() - began:.0f} s")


def say(text: str) -> None:
    """Prints with the time."""
    print(time.strftime("%H:%M:%S"), text, flush=True)


if __name__ == "__main__":
    main()
