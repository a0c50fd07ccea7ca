"""The AsyncAPI 3 document of the public topic and the internal ones, from the topic catalogue."""

from typing import Any

from viva.contracts.catalogue import Topic, catalogue

Json = dict[str, Any]
_KAFKA_BINDING = "0.5.0"
_VERDICT = "InterviewDocument"
_SCHEMAS = "#/components/schemas/"
_HEADERS: Json = {
    "type": "object",
    "description": "CloudEvents 1.0, Kafka protocol binding, binary mode",
    "required": ["ce_id", "ce_source", "ce_specversion", "ce_type", "content-type"],
    "properties": {
        "ce_id": {"type": "string", "description": "Drop an id that you know already"},
        "ce_source": {"type": "string"},
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_type": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {"type": "string", "description": "The interview's id"},
        "ce_partitionkey": {"type": "string", "description": "The interview's id"},
        "ce_sequence": {"type": "string", "description": "Orders the events of an interview"},
        "ce_traceparent": {"type": "string"},
        "content-type": {"type": "string"},
    },
}


def asyncapi_document(openapi: Json) -> Json:
    """Describes every topic: its channel, its messages, who sends and who receives.

    Args:
        openapi: the API's own document; the public topic carries what it describes.
    """
    topics = sorted(catalogue(), key=lambda topic: topic.name)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Viva",
            "version": "1",
            "description": "Integrators read interview.results.v1; the other topics are internal.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {
            name: operation for topic in topics for name, operation in _operations(topic)
        },
        "components": {
            "messageTraits": {"cloudEvent": {"headers": _HEADERS}},
            "schemas": {
                **_with_parts(_VERDICT, openapi["components"]["schemas"]),
                "Protobuf": {
                    "type": "string",
                    "format": "binary",
                    "description": "The message of this type in protos/",
                },
            },
        },
    }


def _with_parts(name: str, schemas: Json) -> Json:
    """A schema and all that it is made of, by name."""
    found: Json = {}
    wanted = [name]
    while wanted:
        one = wanted.pop()
        if one not in found:
            found[one] = schemas[one]
            wanted += _references(schemas[one])
    return dict(sorted(found.items()))


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for each in schema for name in _references(each)]
    if not isinstance(schema, dict):
        return []
    reference = schema.get("$ref")
    named = [reference.removeprefix(_SCHEMAS)] if isinstance(reference, str) else []
    return named + _references(list(schema.values()))


def _channel(topic: Topic) -> Json:
    return {
        "address": topic.name,
        "description": " ".join(topic.description.split()),
        "messages": {kind: _message(topic, kind) for kind in topic.event_types},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": topic.retention_ms,
                },
                "bindingVersion": _KAFKA_BINDING,
            }
        },
    }


def _message(topic: Topic, kind: str) -> Json:
    is_json = topic.encoding == "json"
    schema = _VERDICT if is_json else "Protobuf"
    told = {"summary": "The answer of GET /v1/interviews/{interview_id} at that moment"}
    return {
        "name": kind,
        **(told if is_json else {}),
        "contentType": "application/json" if is_json else "application/protobuf",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {"$ref": f"{_SCHEMAS}{schema}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The interview's id"},
                "bindingVersion": _KAFKA_BINDING,
            }
        },
    }


def _operations(topic: Topic) -> list[tuple[str, Json]]:
    operations = [
        (f"{topic.owner}.send.{topic.name}", _operation(topic, "send", topic.owner, None))
    ]
    for consumer in topic.consumers:
        kinds = [event.type for event in topic.events if consumer in event.consumers]
        operations.append(
            (
                f"{consumer}.receive.{topic.name}",
                _operation(topic, "receive", consumer, kinds),
            )
        )
    return operations


def _operation(topic: Topic, action: str, service: str, kinds: list[str] | None) -> Json:
    channel = f"#/channels/{topic.name}"
    binding: Json = {"clientId": {"type": "string", "const": f"viva.{service}"}}
    if action == "receive":
        binding["groupId"] = {"type": "string", "const": f"viva.{service}"}
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{kind}"} for kind in kinds or topic.event_types],
        "bindings": {"kafka": binding | {"bindingVersion": _KAFKA_BINDING}},
    }
