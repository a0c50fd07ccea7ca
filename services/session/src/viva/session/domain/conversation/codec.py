"""States and facts as JSON values, readable by the release before and the one after.

Unknown fields are ignored and missing ones take their default, so that two releases can hand a
conversation to each other.
"""

import dataclasses
import types
import typing
from enum import Enum
from functools import cache
from typing import Any

from viva.session.domain.conversation import facts
from viva.session.domain.conversation.state import State

Json = dict[str, Any]

_FACTS: dict[str, type[Any]] = {kind.__name__: kind for kind in typing.get_args(facts.Fact)}


def encode_state(state: State) -> Json:
    """The state as JSON values."""
    return typing.cast("Json", _plain(state))


def decode_state(document: Json) -> State:
    """The state of a document that this release, the one before or the one after wrote."""
    return typing.cast("State", _value(State, document))


def encode_fact(fact: facts.Fact) -> Json:
    """The fact as JSON values, its type under ``fact``."""
    return {"fact": type(fact).__name__, **typing.cast("Json", _plain(fact))}


def decode_fact(document: Json) -> facts.Fact | None:
    """The fact of a document; None for a type that this release does not know."""
    kind = _FACTS.get(document["fact"])
    return None if kind is None else typing.cast("facts.Fact", _value(kind, document))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


@cache
def _fields(kind: type[Any]) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if typing.get_origin(kind) is types.UnionType:
        kind = next(arm for arm in typing.get_args(kind) if arm is not types.NoneType)
    if typing.get_origin(kind) is tuple:
        item = typing.get_args(kind)[0]
        return tuple(_value(item, each) for each in value)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        known = _fields(kind)
        return kind(**{name: _value(known[name], value[name]) for name in known if name in value})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value
