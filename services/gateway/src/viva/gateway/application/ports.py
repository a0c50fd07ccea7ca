"""What the application needs from outside: one unit of work, and the stores in it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from viva.gateway.domain.interview import Interview
from viva.gateway.domain.join import Credential, JoinLink


class Interviews(Protocol):
    """The interviews of all tenants."""

    async def add(self, interview: Interview) -> None:
        """Stores a new interview."""

    async def get(self, interview_id: str) -> Interview | None:
        """Finds an interview whoever owns it."""

    async def lock(self, interview_id: str) -> Interview | None:
        """Finds an interview and holds its row until the commit."""

    async def save(self, interview: Interview) -> None:
        """Stores what changed; the row must be locked."""


class Doors(Protocol):
    """Join links and session credentials, by their hashes."""

    async def add_link(self, link: JoinLink, at: datetime) -> None:
        """Stores a link."""

    async def find_link(self, token_hash: str) -> JoinLink | None:
        """Finds a link, replaced ones too."""

    async def replace_links(self, interview_id: str) -> None:
        """Marks every link of the interview as replaced and forgets its credentials."""

    async def add_credential(self, credential: Credential) -> None:
        """Stores a credential and forgets those of its interview that have expired."""

    async def find_credential(self, credential_hash: str) -> Credential | None:
        """Finds a credential."""


class Work(Protocol):
    """One unit of work: everything in it is committed together, at its end."""

    @property
    def interviews(self) -> Interviews:
        """The interviews."""

    @property
    def doors(self) -> Doors:
        """Join links and credentials."""


OpenWork = Callable[[], AbstractAsyncContextManager[Work]]
