"""What a conversation is told, one thing after the other."""

from dataclasses import dataclass

from viva.session.application.live.link import AttachRequest, FromEdge, Link
from viva.session.domain.conversation.facts import Fact


@dataclass(frozen=True)
class Attach:
    """A client comes."""

    request: AttachRequest
    link: Link


@dataclass(frozen=True)
class Detach:
    """A link is gone."""

    link: Link
    reason: str


@dataclass(frozen=True)
class Told:
    """A client says something."""

    link: Link
    message: FromEdge


@dataclass(frozen=True)
class Sensed:
    """A model answers, or the replica itself states something."""

    fact: Fact


@dataclass(frozen=True)
class Tick:
    """A quarter of a second is over."""


@dataclass(frozen=True)
class HandOver:
    """Leave the conversation at the next turn's end: another replica goes on."""


@dataclass(frozen=True)
class Stop:
    """Leave the conversation as it is: another replica goes on."""


Item = Attach | Detach | Told | Sensed | Tick | HandOver | Stop
