"""Conventions of the topic catalogue."""

import re
from pathlib import Path

import pytest

from viva.contracts.catalogue import Topic, catalogue

SERVICES = {path.name for path in (Path(__file__).parents[2] / "services").iterdir()}
TOPICS = list(catalogue())
ids = [topic.name for topic in TOPICS]


@pytest.mark.parametrize("topic", TOPICS, ids=ids)
def test_the_name_says_the_owner_or_that_it_is_public(topic: Topic) -> None:
    assert topic.name in {f"interview.{topic.owner}.events.v1", "interview.results.v1"}
    assert topic.owner in SERVICES


@pytest.mark.parametrize("topic", TOPICS, ids=ids)
def test_keys_and_partitions_are_the_same_everywhere(topic: Topic) -> None:
    assert topic.key == "interview_id"
    assert topic.partitions == TOPICS[0].partitions


@pytest.mark.parametrize("topic", TOPICS, ids=ids)
def test_dead_letters_live_at_least_as_long_as_the_topic(topic: Topic) -> None:
    assert topic.dead_letter_retention_ms >= topic.retention_ms > 0


@pytest.mark.parametrize("topic", TOPICS, ids=ids)
def test_consumers_are_services_and_never_the_owner(topic: Topic) -> None:
    assert set(topic.consumers) <= SERVICES - {topic.owner}


def test_an_event_type_lives_in_one_topic() -> None:
    types = [event for topic in TOPICS for event in topic.event_types]
    assert len(types) == len(set(types))


def test_protobuf_events_are_named_in_the_past_tense() -> None:
    past = re.compile(r"\.(\w+(ed|Ready|Dead))$")
    for topic in TOPICS:
        if topic.encoding == "protobuf":
            assert [event for event in topic.event_types if not past.search(event)] == []


def test_the_public_topic_is_the_only_json_one() -> None:
    assert [topic.name for topic in TOPICS if topic.encoding == "json"] == ["interview.results.v1"]
