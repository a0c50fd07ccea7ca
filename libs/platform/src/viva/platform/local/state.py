"""What `viva up` runs, written down for the other commands."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from viva.platform.settings import PlatformSettings, load


def home() -> Path:
    """The folder of everything that Viva keeps on this machine: `VIVA_HOME`, or `.viva` here."""
    return Path(os.environ.get("VIVA_HOME", ".viva")).resolve()


@dataclass(frozen=True)
class RunningService:
    """Where one service is.

    Attributes:
        pid: None while it is between a crash and its next start.
        grpc_port: 0 where it has none of its own.
    """

    http_url: str
    grpc_port: int
    pid: int | None = None


@dataclass
class State:
    """The running set.

    Attributes:
        pid: of `viva up` itself.
        environment: the settings that it gave to the services, as far as it chose them.
        services: by name.
        broker_pid: of the embedded broker.
    """

    pid: int
    environment: dict[str, str] = field(default_factory=dict)
    services: dict[str, RunningService] = field(default_factory=dict)
    broker_pid: int | None = None

    @staticmethod
    def path() -> Path:
        """The file."""
        return home() / "state.json"

    @classmethod
    def read(cls) -> "State | None":
        """Reads it; None when nothing runs."""
        state = cls._load()
        return state if state and is_running(state.pid) else None

    @classmethod
    def left_over(cls) -> "State | None":
        """Reads what a `viva up` that was killed left behind."""
        state = cls._load()
        return state if state and not is_running(state.pid) else None

    @classmethod
    def _load(cls) -> "State | None":
        try:
            values = json.loads(cls.path().read_text("utf-8"))
            services = {
                name: RunningService(**entry) for name, entry in values.pop("services").items()
            }
            return cls(services=services, **values)
        except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def write(self) -> None:
        """Writes it, whole or not at all."""
        path = self.path()
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(asdict(self), indent=2), "utf-8")
        temporary.replace(path)

    @classmethod
    def remove(cls) -> None:
        """Removes it."""
        cls.path().unlink(missing_ok=True)


def current_settings(extra: Mapping[str, str] | None = None) -> PlatformSettings:
    """The platform's settings, with those of a running `viva up` where nothing else is set."""
    state = State.read()
    chosen = {**(state.environment if state else {}), **(extra or {})}
    values = {
        name.removeprefix("VIVA_").lower(): value
        for name, value in chosen.items()
        if name not in os.environ
    }
    fields = PlatformSettings.model_fields
    return load(PlatformSettings, **{key: val for key, val in values.items() if key in fields})


def is_running(pid: int) -> bool:
    """Whether a process lives."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
