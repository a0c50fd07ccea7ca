"""Settings from files: `VIVA_X_FILE=/path` gives `VIVA_X`, as mounted secrets come."""

import os
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

SUFFIX = "_FILE"


class FileSource(PydanticBaseSettingsSource):
    """Reads each setting whose variable with `_FILE` behind it names a file.

    The last line break is dropped: editors and `kubectl` leave one. A setting whose own name ends
    in `_file` is a path, not a secret, and its variable is read as it is.
    """

    def __init__(self, settings: type[BaseSettings]) -> None:
        super().__init__(settings)
        self._prefix = settings.model_config.get("env_prefix", "")

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Reads one setting's file, if one is named; lists and objects are JSON there."""
        variable = f"{self._prefix}{field_name}{SUFFIX}".upper()
        path = os.environ.get(variable)
        if not path:
            return None, field_name, False
        try:
            text: Any = Path(path).read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
            raise UnreadableSettingError(variable, path, reason or "unreadable") from error
        try:
            return self.prepare_field_value(field_name, field, text, False), field_name, False
        except ValueError as error:
            raise UnreadableSettingError(variable, path, "is not JSON") from error

    def __call__(self) -> dict[str, Any]:
        """Reads all that are named."""
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


class UnreadableSettingError(Exception):
    """A variable names a file that cannot be read."""

    def __init__(self, variable: str, path: str, reason: str) -> None:
        super().__init__(f"{variable}: {path}: {reason}")
