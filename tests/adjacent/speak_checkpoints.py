"""Run by either release: writes a checkpoint with every field set, reads the other one's.

JSON in: {"state": ..., "facts": [...]} of the other release. JSON out: the same of this one, and
what this one understood.
"""

import dataclasses
import json
import sys
import types
import typing
from enum import Enum
from typing import Any

from viva.session.domain.conversation import facts
from viva.session.domain.conversation.codec import (
    decode_fact,
    decode_state,
    encode_fact,
    encode_state,
)
from viva.session.domain.conversation.state import State

_PLAIN: dict[Any, Any] = {int: 7, float: 0.25, str: "text", bool: True}


def filled(kind: Any) -> Any:
    """A value of a type, with nothing left at its default."""
    if typing.get_origin(kind) is types.UnionType:
        return filled(next(arm for arm in typing.get_args(kind) if arm is not types.NoneType))
    if typing.get_origin(kind) is tuple:
        return (filled(typing.get_args(kind)[0]),)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{name: filled(hint) for name, hint in hints.items()})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)[-1]
    return _PLAIN[kind]


def main() -> None:
    """Speaks once."""
    theirs = json.load(sys.stdin)
    kinds = typing.get_args(facts.Fact)
    read = [decode_fact(fact) for fact in theirs["facts"]]
    answer = {
        "state": encode_state(filled(State)),
        "facts": [encode_fact(filled(kind)) for kind in kinds],
        "understood": {
            "state": encode_state(decode_state(theirs["state"])) if theirs["state"] else None,
            "facts": [None if fact is None else encode_fact(fact) for fact in read],
        },
    }
    json.dump(answer, sys.stdout)


main()
