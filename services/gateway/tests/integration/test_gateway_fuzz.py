"""Whatever is sent, the answer is a problem document or what was asked for, never a crash."""

import json
import random
from typing import Any

from viva.gateway.entrypoints.app import describe

from .conftest import SMALLEST, Customer

SEED = 7
ROUNDS = 250
ODDNESS = (0.0, 0.05, 0.2)
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1e308,
    10**30,
    "",
    " ",
    "\u0000",
    "\N{GRINNING FACE}" * 50,
    "x" * 3000,
    "iv_01",
    "'; --",
    "%s%n",
    "2026-13-01T00:00:00Z",
    "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00+23:59",
    [],
    [[]],
    {},
    {"": ""},
    {"a": {"b": [1, {"c": None}]}},
]


def _value(
    chance: random.Random, document: Any, schema: Any, oddness: float, depth: int = 0
) -> Any:
    """Draws a value near a schema; a place is odd with the probability `oddness`."""
    if chance.random() < oddness or depth > 6:
        return chance.choice(ODD)
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return _value(chance, document, chance.choice(options), oddness, depth + 1)
    if "enum" in schema:
        return chance.choice(schema["enum"])
    match schema.get("type"):
        case "object":
            return {
                name: _value(chance, document, field, oddness, depth + 1)
                for name, field in schema.get("properties", {}).items()
                if name in schema.get("required", []) or chance.random() < 0.5
            }
        case "array":
            count = chance.randint(0, 3)
            items = schema["items"]
            return [_value(chance, document, items, oddness, depth + 1) for _ in range(count)]
        case "integer" | "number":
            return chance.choice([0, 1, 3, 5, 2.5, 100])
        case "boolean":
            return chance.random() < 0.5
        case _:
            return chance.choice(
                ["a", "en", "care", "#aabbcc", "2030-01-01T00:00:00Z", "+4912345678"]
            )


async def test_nothing_that_is_sent_breaks_the_gateway(customer: Customer) -> None:
    chance = random.Random(SEED)
    document = describe().openapi()
    known = (await customer.post("/interviews", SMALLEST)).json()["id"]
    operations = [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if not path.startswith(("/v1/webhook", "/v1/api-keys"))
    ]
    seen: set[int] = set()
    for _ in range(ROUNDS):
        method, path, operation = chance.choice(operations)
        ids = [known, "iv_unknown", "ps_default", "fw_default", "qs_default", "%20", "\u00e9", "0"]
        while "{" in path:
            before, _, after = path.partition("{")
            path = before + chance.choice(ids) + after.partition("}")[2]
        query = {
            found["name"]: str(chance.choice(ODD))[:200]
            for found in operation.get("parameters", [])
            if found["in"] == "query" and chance.random() < 0.4
        }
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        oddness = chance.choice(ODDNESS)
        body = json.dumps(_value(chance, document, content["schema"], oddness)) if content else None
        answer = await customer.http.request(
            method.upper(),
            path,
            params=query,
            content=body,
            headers={"Content-Type": "application/json"} if body else {},
        )
        away = path.endswith("/invitations") and answer.status_code == 503
        assert answer.status_code < 500 or away, (method, path, query, body, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"]
        seen.add(answer.status_code)
    assert {200, 201, 404, 422} <= seen
