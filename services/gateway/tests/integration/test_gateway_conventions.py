"""Errors, idempotency, rate limits, headers: the same everywhere."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from viva.gateway.application.answering_once import fingerprint
from viva.gateway.domain.access import Mode, Scope
from viva.gateway.entrypoints.schemas.documents.base import Problem
from viva.gateway.settings import GatewaySettings
from viva.platform.objects import Objects
from viva.testkit.clock import FakeClock

from .conftest import SMALLEST, Customer, World, world_of


def _problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["request_id"] == answer.headers["x-request-id"]
    Problem.model_validate(body)
    return body


async def test_bodies_that_cannot_be_read(customer: Customer) -> None:
    async def send(content: bytes, kind: str = "application/json") -> httpx.Response:
        return await customer.http.post(
            "/v1/interviews", content=content, headers={"Content-Type": kind}
        )

    for broken in (b"{", b"", b"[1,", b'{"role": "\xff"}', b"nul", b"{'role': 1}"):
        answer = await send(broken)
        assert answer.status_code in {400, 422}, answer.text
    _problem(await send(b'{"role": '), 400, "malformed_json")
    _problem(await send(b'{"role": "\xff\xfe"}'), 400, "malformed_request")
    _problem(await send(b"[]"), 422, "validation_failed")
    _problem(await send(b'"x"'), 422, "validation_failed")
    _problem(await send(b'{"role": "\\ud800", "channel": "browser"}'), 422, "validation_failed")
    _problem(
        await send(b"role=x", "application/x-www-form-urlencoded"), 415, "unsupported_media_type"
    )
    _problem(await send(b"{}", "text/plain"), 415, "unsupported_media_type")
    deep = b'{"metadata":' * 5000 + b"1" + b"}" * 5000
    assert (await send(deep)).status_code in {400, 422}


async def test_bodies_that_are_too_large(customer: Customer) -> None:
    large = json.dumps(SMALLEST | {"role": "x" * 1_100_000}).encode()
    headers = {"Content-Type": "application/json"}
    answer = await customer.http.post("/v1/interviews", content=large, headers=headers)
    _problem(answer, 413, "body_too_large")

    async def chunks() -> Any:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    answer = await customer.http.post("/v1/interviews", content=chunks(), headers=headers)
    _problem(answer, 413, "body_too_large")


async def test_places_that_are_not_there(customer: Customer) -> None:
    _problem(await customer.get("/nothing"), 404, "not_found")
    _problem(await customer.http.delete("/v1/interviews"), 405, "method_not_allowed")
    _problem(await customer.get("/interviews/iv_unknown"), 404, "interview_unknown")
    _problem(await customer.http.get("/v1/interviews/iv%00x"), 400, "malformed_request")
    _problem(await customer.http.get("/v1/interviews?tag=%00"), 400, "malformed_request")
    _problem(await customer.get("/interviews/" + "x" * 3000), 404, "interview_unknown")
    _problem(await customer.get("/interviews/iv_'; DROP TABLE x"), 404, "interview_unknown")


async def test_who_calls(world: World, customer: Customer) -> None:
    anybody = await world.anybody()
    answer = await anybody.get("/v1/interviews")
    _problem(answer, 401, "key_missing")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    for value in ("Basic abc", "Bearer ", "Bearer viva_live_wrong", "Bearer \xe9"):
        answer = await anybody.get(
            "/v1/interviews", headers=[(b"Authorization", value.encode("latin-1"))]
        )
        assert answer.status_code == 401

    made = await customer.post(
        "/api-keys",
        {
            "name": "Short",
            "scopes": ["interviews:read"],
            "expires_at": (world.clock.now() + timedelta(hours=1)).isoformat(),
        },
    )
    assert made.status_code == 201
    key = made.json()
    bearer = {"Authorization": f"Bearer {key['secret']}"}
    assert (await anybody.get("/v1/interviews", headers=bearer)).status_code == 200
    answer = await anybody.post("/v1/interviews", json=SMALLEST, headers=bearer)
    _problem(answer, 403, "scope_missing")
    world.clock.advance(3601)
    _problem(await anybody.get("/v1/interviews", headers=bearer), 401, "key_invalid")


async def test_a_revoked_key_is_dead_at_once(world: World, customer: Customer) -> None:
    made = (await customer.post("/api-keys", {"name": "K", "scopes": ["admin"]})).json()
    assert made["secret"].startswith("viva_live_")
    assert made["secret"].endswith(made["hint"])
    anybody = await world.anybody()
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    assert (await anybody.get("/v1/credits", headers=bearer)).status_code == 200
    assert (await customer.http.delete(f"/v1/api-keys/{made['id']}")).status_code == 204
    _problem(await anybody.get("/v1/credits", headers=bearer), 401, "key_invalid")
    listed = (await customer.get("/api-keys")).json()["data"]
    assert [one["id"] for one in listed if one["revoked_at"]] == [made["id"]]
    assert made["secret"] not in str(listed)
    stranger = await world.customer()
    _problem(await stranger.get(f"/api-keys/{made['id']}"), 404, "key_unknown")
    answer = await stranger.http.delete(f"/v1/api-keys/{made['id']}")
    _problem(answer, 404, "key_unknown")


async def test_each_scope_opens_its_own_doors_only(world: World) -> None:
    reader = await world.customer(scopes=frozenset({Scope.CREDITS_READ}), mode=Mode.LIVE)
    assert (await reader.get("/credits")).status_code == 200
    for path in ("/interviews", "/personas", "/reviews", "/audit-log", "/api-keys"):
        _problem(await reader.get(path), 403, "scope_missing")
    _problem(await reader.post("/credits/top-ups", {"amount": 5}), 403, "scope_missing")


@pytest.mark.parametrize("key", ['"a uuid"', "bare-uuid"])
async def test_an_idempotency_key_gives_the_same_answer_again(
    world: World, customer: Customer, key: str
) -> None:
    first = await customer.post("/interviews", SMALLEST, Idempotency_Key=key)
    again = await customer.post("/interviews", SMALLEST, Idempotency_Key=key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await customer.credits() == (10, 1)

    other = await customer.post("/interviews", SMALLEST | {"role": "x"}, Idempotency_Key=key)
    _problem(other, 422, "idempotency_key_reused")
    elsewhere = await customer.post("/credits/top-ups", {"amount": 1}, Idempotency_Key=key)
    _problem(elsewhere, 422, "idempotency_key_reused")

    stranger = await world.customer()
    theirs = await stranger.post("/interviews", SMALLEST, Idempotency_Key=key)
    assert theirs.json()["id"] != first.json()["id"]

    world.clock.advance(24 * 3600 + 1)
    later = await customer.post("/interviews", SMALLEST, Idempotency_Key=key)
    assert later.json()["id"] != first.json()["id"]


async def test_quoted_and_bare_are_the_same_key(customer: Customer) -> None:
    first = await customer.post("/interviews", SMALLEST, Idempotency_Key='"k1"')
    again = await customer.post("/interviews", SMALLEST, Idempotency_Key="k1")
    assert first.content == again.content


async def test_a_refused_request_may_be_tried_again(world: World) -> None:
    poor = await world.customer(credits_given=0)
    refused = await poor.post("/interviews", SMALLEST, Idempotency_Key="k")
    _problem(refused, 402, "insufficient_credits")
    await poor.post("/credits/top-ups", {"amount": 1})
    answer = await poor.post("/interviews", SMALLEST, Idempotency_Key="k")
    assert answer.status_code == 201


async def test_many_at_once_with_one_key_make_one_interview(customer: Customer) -> None:
    answers = await asyncio.gather(
        *(customer.post("/interviews", SMALLEST, Idempotency_Key="race") for _ in range(12))
    )
    made = {answer.content for answer in answers if answer.status_code == 201}
    refused = [answer for answer in answers if answer.status_code != 201]
    assert len(made) == 1
    for answer in refused:
        _problem(answer, 409, "idempotency_in_progress")
    assert len((await customer.get("/interviews")).json()["data"]) == 1
    assert await customer.credits() == (10, 1)


async def test_a_request_that_died_is_taken_over(world: World, customer: Customer) -> None:
    answers = world.gateway.answers
    body = httpx.Request("POST", "http://gateway", json=SMALLEST).content
    mark = fingerprint("POST", "/v1/interviews", body)
    await answers.claim(customer.secret, "dead", mark)
    answer = await customer.post("/interviews", SMALLEST, Idempotency_Key="dead")
    _problem(answer, 409, "idempotency_in_progress")
    world.clock.advance(61)
    answer = await customer.post("/interviews", SMALLEST, Idempotency_Key="dead")
    assert answer.status_code == 201


async def test_stored_answers_hold_no_readable_secret(world: World, customer: Customer) -> None:
    made = await customer.post("/api-keys", {"name": "K", "scopes": ["admin"]}, Idempotency_Key="k")
    async with world.database.unit_of_work() as unit:
        connection = await unit.session.connection()
        rows = await connection.exec_driver_sql("SELECT sealed_body FROM idempotency")
        sealed = b"".join(bytes(row[0]) for row in rows)
    assert sealed
    assert made.json()["secret"].encode() not in sealed
    assert b"secret" not in sealed


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "two words", '"open'])
async def test_keys_that_cannot_be_read(customer: Customer, key: str) -> None:
    answer = await customer.post("/interviews", SMALLEST, Idempotency_Key=key)
    _problem(answer, 400, "idempotency_key_invalid")


async def test_answers_are_swept(world: World, customer: Customer) -> None:
    await customer.post("/interviews", SMALLEST, Idempotency_Key="k")
    world.clock.advance(25 * 3600)
    await world.gateway.answers.sweep()
    async with world.database.unit_of_work() as unit:
        connection = await unit.session.connection()
        rows = await connection.exec_driver_sql("SELECT count(*) FROM idempotency")
        assert rows.scalar_one() == 0


async def test_the_rate_is_limited_and_told(
    database_url: str, objects: Objects, clock: FakeClock
) -> None:
    settings = GatewaySettings(requests_per_minute=3, joins_per_minute=2)
    async with world_of(database_url, objects, clock, settings) as world:
        customer, other = await world.customer(), await world.customer()
        for left in (2, 1, 0):
            answer = await customer.get("/credits")
            assert answer.status_code == 200
            assert answer.headers["ratelimit-policy"] == '"key";q=3;w=60'
            assert answer.headers["ratelimit"].startswith(f'"key";r={left};t=')
        answer = await customer.get("/credits")
        _problem(answer, 429, "rate_limited")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.headers["ratelimit"].startswith('"key";r=0;t=')
        assert (await other.get("/credits")).status_code == 200
        clock.advance(60)
        assert (await customer.get("/credits")).status_code == 200

        for _ in range(2):
            assert (await world.exchange("#t=x")).status_code == 404
        _problem(await world.exchange("#t=x"), 429, "rate_limited")


async def test_every_answer_has_its_headers(customer: Customer) -> None:
    given = await customer.http.get("/v1/credits", headers={"X-Request-Id": "mine-1"})
    assert given.headers["x-request-id"] == "mine-1"
    for value in ("a b", "x" * 65, "\n"):
        answer = await customer.http.get("/v1/credits", headers=[(b"X-Request-Id", value.encode())])
        assert answer.headers["x-request-id"].startswith("req_")
    headers = given.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["strict-transport-security"].startswith("max-age")


async def test_a_bug_is_told_without_its_insides(
    world: World, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the insides")

    monkeypatch.setattr("viva.gateway.entrypoints.routes.accounts._credits_document", broken)
    answer = await customer.get("/credits")
    body = _problem(answer, 500, "internal")
    assert "insides" not in str(body)


async def test_a_service_that_is_away_is_said(world: World, customer: Customer) -> None:
    answer = await customer.get("/webhook-endpoints")
    _problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"]
    made = await customer.interview()
    path = f"/interviews/{made['id']}/invitations"
    _problem(await customer.post(path, {"email": "a@b.cd"}), 503, "unavailable")
    rows = (await customer.get("/audit-log", target=made["id"])).json()["data"]
    assert [row["action"] for row in rows] == ["interview.create"]
