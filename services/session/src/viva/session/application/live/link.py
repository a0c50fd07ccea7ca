"""The two ends of a conversation's stream, free of how it is carried."""

from dataclasses import dataclass
from typing import Protocol

from viva.platform.errors import VivaError
from viva.session.domain.conversation.actions import Need
from viva.session.domain.conversation.facts import Fact
from viva.session.domain.conversation.progress import Progress


@dataclass(frozen=True)
class AttachRequest:
    """What a client says of itself first. Positions are its own if it is fresh."""

    interview_id: str
    attempt: int
    connection: int
    fresh: bool
    last_epoch: int = 0
    position: int = 0
    buffered_from: int = 0
    playing: int = 0


@dataclass(frozen=True)
class Frame:
    """Sound from a position on."""

    position: int
    pcm: bytes


@dataclass(frozen=True)
class Stated:
    """A fact of the candidate's side, by its number; 0 for those that are not numbered."""

    number: int
    fact: Fact


FromEdge = Frame | Stated


@dataclass(frozen=True)
class Welcome:
    """The answer to an attach."""

    epoch: int
    base_position: int
    resume_from: int
    resume_fact: int
    progress: Progress
    consent_needed: bool
    captions: bool
    text_answers: bool


@dataclass(frozen=True)
class UtteranceToPlay:
    """A prompt to be played once."""

    epoch: int
    number: int
    sha256: str
    pcm: bytes
    caption: str


class Link(Protocol):
    """The way to the client. Nothing here waits; a link that cannot keep up breaks."""

    def welcome(self, welcome: Welcome) -> None:
        """The client is attached."""
        ...

    def durable(self, position: int, fact: int) -> None:
        """Sound and facts up to here may be forgotten."""
        ...

    def play(self, utterance: UtteranceToPlay) -> None:
        """Play this."""
        ...

    def flush(self, number: int) -> None:
        """Stop playing this."""
        ...

    def show(self, progress: Progress) -> None:
        """Show this."""
        ...

    def ask(self, need: Need) -> None:
        """Tell the candidate that this is needed."""
        ...

    def end(self, reason: str) -> None:
        """The conversation is over."""
        ...

    def replaced(self) -> None:
        """A newer connection took over."""
        ...

    def refuse(self, error: VivaError) -> None:
        """What the client said makes no sense."""
        ...

    def lost(self) -> None:
        """This replica does not conduct the conversation any more: attach elsewhere."""
        ...
