"""Prefixed identifiers: sortable ULIDs, and derived ones that are the same for the same input."""

import hashlib
from typing import Protocol

from ulid import ULID

_DERIVED_BYTES = 16


class Ids(Protocol):
    """Where new identifiers come from."""

    def new(self, prefix: str) -> str:
        """Makes an identifier such as `iv_01J9ZK...`."""
        ...


class UlidIds:
    """Identifiers that sort by the time they were made."""

    def new(self, prefix: str) -> str:
        """Makes an identifier such as `iv_01J9ZK...`."""
        return f"{prefix}_{ULID()}"


def new_id(prefix: str) -> str:
    """Makes an identifier where no `Ids` is at hand."""
    return UlidIds().new(prefix)


def derived_id(prefix: str, *parts: str | int) -> str:
    """Derives an identifier: the same parts always give the same one."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = str(part).encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return f"{prefix}_{ULID.from_bytes(digest.digest()[:_DERIVED_BYTES])}"
