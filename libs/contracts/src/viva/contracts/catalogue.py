"""The topic catalogue: which topic carries which events, from whom, to whom.

Source: protos/topics/*.yaml, one file a topic. The same files create the topics, document them and
are checked by tests.
"""

import functools
import importlib
import importlib.resources
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, cast

import yaml
from google.protobuf.message import Message

Encoding = Literal["protobuf", "json"]


@dataclass(frozen=True)
class EventType:
    """One kind of event: its CloudEvents type and the services that read it."""

    type: str
    consumers: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """One Kafka topic.

    Attributes:
        owner: the one service that writes it.
        encoding: of the record's value.
        dead_letter_retention_ms: of each consumer group's dead letters.
    """

    name: str
    owner: str
    description: str
    key: str
    encoding: Encoding
    partitions: int
    retention_ms: int
    dead_letter_retention_ms: int
    events: tuple[EventType, ...]

    @property
    def producers(self) -> tuple[str, ...]:
        """The services that write the topic: its owner alone."""
        return (self.owner,)

    @property
    def event_types(self) -> tuple[str, ...]:
        """The CloudEvents types that the topic carries."""
        return tuple(event.type for event in self.events)

    @property
    def consumers(self) -> tuple[str, ...]:
        """The services that read at least one of the topic's events."""
        return tuple(sorted({name for event in self.events for name in event.consumers}))

    @property
    def groups(self) -> tuple[str, ...]:
        """The consumer groups that read the topic."""
        return tuple(f"viva.{consumer}" for consumer in self.consumers)

    @property
    def config(self) -> dict[str, str]:
        """Topic configuration in the broker's own terms."""
        return {"retention.ms": str(self.retention_ms), "cleanup.policy": "delete"}

    def dead_letters(self, group: str) -> str:
        """Names the topic that holds what `group` could not process."""
        return f"{self.name}.{group}.dlq"


@dataclass(frozen=True)
class Catalogue:
    """Every topic, and where each event type lives."""

    topics: tuple[Topic, ...]
    by_event_type: Mapping[str, Topic]

    def __iter__(self) -> Iterator[Topic]:
        return iter(self.topics)

    def topic(self, name: str) -> Topic:
        """Finds a topic by name.

        Raises:
            KeyError: no such topic.
        """
        for topic in self.topics:
            if topic.name == name:
                return topic
        raise KeyError(name)


@functools.cache
def catalogue() -> Catalogue:
    """Loads the topic files that ship with the package."""
    folder = importlib.resources.files("viva.contracts") / "topics"
    topics = tuple(
        _parse(file.read_text("utf-8"))
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if file.name.endswith(".yaml")
    )
    by_type = {event_type: topic for topic in topics for event_type in topic.event_types}
    return Catalogue(topics, MappingProxyType(by_type))


def event_type(message_type: type[Message]) -> str:
    """Names the CloudEvents type of a message: its full protobuf name."""
    return message_type.DESCRIPTOR.full_name


def topic_of(message_type: type[Message]) -> Topic:
    """Finds the topic that carries a message.

    Raises:
        KeyError: the message is no event of the catalogue.
    """
    return catalogue().by_event_type[event_type(message_type)]


@functools.cache
def message_type(name: str) -> type[Message]:
    """Finds the generated class of a CloudEvents type.

    Raises:
        KeyError: the type is not a protobuf event of the catalogue.
    """
    if catalogue().by_event_type[name].encoding != "protobuf":
        raise KeyError(name)
    package, _, message = name.rpartition(".")
    module = importlib.import_module(f"viva.contracts.{package.removeprefix('viva.')}.events_pb2")
    return cast("type[Message]", getattr(module, message))


def _parse(text: str) -> Topic:
    fields = yaml.safe_load(text)
    events = tuple(
        EventType(event["type"], tuple(event["consumers"])) for event in fields["events"]
    )
    hour_ms = 3_600_000
    return Topic(
        name=fields["topic"],
        owner=fields["owner"],
        description=fields["description"],
        key=fields["key"],
        encoding=fields["encoding"],
        partitions=fields["partitions"],
        retention_ms=fields["retention_hours"] * hour_ms,
        dead_letter_retention_ms=fields["dead_letter_retention_hours"] * hour_ms,
        events=events,
    )
