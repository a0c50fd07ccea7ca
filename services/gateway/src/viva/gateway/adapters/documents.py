"""Domain objects as JSON documents, both ways; the domain itself knows nothing of it."""

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")
_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def to_json(kind: type[T], value: T) -> Any:
    """Writes a dataclass as plain JSON values."""
    return _adapter(kind).dump_python(value, mode="json")


def from_json(kind: type[T], value: Any) -> T:
    """Reads what `to_json` wrote; fields that came later take their defaults."""
    read: T = _adapter(kind).validate_python(value)
    return read


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]
