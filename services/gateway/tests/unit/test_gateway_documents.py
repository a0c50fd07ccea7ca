"""The committed API documents are what the code says."""

import json
import re
from pathlib import Path

import pytest

from viva.contracts.catalogue import catalogue
from viva.gateway.application.asyncapi import asyncapi_document
from viva.gateway.documents import documents
from viva.gateway.entrypoints.app import describe

FOLDER = Path(__file__).parents[4] / "deploy" / "docs"


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
def test_the_committed_document_is_fresh(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == documents()[name], "run `make proto`"


def test_every_topic_is_a_channel_with_its_binding() -> None:
    document = asyncapi_document(describe().openapi())
    assert set(document["channels"]) == {topic.name for topic in catalogue()}
    results = document["channels"]["interview.results.v1"]
    assert results["bindings"]["kafka"]["bindingVersion"] == "0.5.0"
    assert results["messages"]["interview.completed"]["contentType"] == "application/json"
    for operation in document["operations"].values():
        name = operation["channel"]["$ref"].removeprefix("#/channels/")
        for message in operation["messages"]:
            kind = message["$ref"].removeprefix(f"#/channels/{name}/messages/")
            assert kind in document["channels"][name]["messages"]


def test_the_public_message_is_the_verdict_document_as_the_api_describes_it() -> None:
    openapi = describe().openapi()
    document = asyncapi_document(openapi)
    schemas = document["components"]["schemas"]
    for message in document["channels"]["interview.results.v1"]["messages"].values():
        assert message["payload"] == {"$ref": "#/components/schemas/InterviewDocument"}
    assert {"overall_score", "explanation", "answers"} <= schemas["InterviewDocument"][
        "properties"
    ].keys()
    for name, schema in schemas.items():
        assert name == "Protobuf" or schema == openapi["components"]["schemas"][name]
    named = re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(document))
    assert set(named) == set(schemas)


def test_every_call_is_described() -> None:
    for path, operations in describe().openapi()["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
            assert operation["tags"], (method, path)
            if path != "/v1/join/exchange":
                assert operation["security"] == [{"HTTPBearer": []}], (method, path)
