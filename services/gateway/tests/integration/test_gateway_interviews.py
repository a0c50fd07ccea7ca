"""Creating, reading, listing interviews."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from viva.contracts.common.v1 import common_pb2 as common
from viva.gateway.domain.access import Mode
from viva.gateway.entrypoints.schemas.documents.interviews import (
    InterviewDocument,
    InterviewWithLink,
)
from viva.gateway.settings import GatewaySettings
from viva.platform.objects import Objects
from viva.testkit.clock import FakeClock

from .conftest import PUBLIC_URL, SMALLEST, Customer, World, world_of


async def test_a_role_and_a_channel_are_enough(world: World, customer: Customer) -> None:
    answer = await customer.post("/interviews", SMALLEST)
    assert answer.status_code == 201
    made = answer.json()
    InterviewWithLink.model_validate(made)
    assert made["id"] == made["interview_id"]
    assert made["id"].startswith("iv_")
    assert made["status"] == "created"
    assert made["join_url"].startswith(f"{PUBLIC_URL}/join#t=")
    assert made["overall_score"] is None
    assert made["competencies"] == dict.fromkeys(
        ("communication", "customer_focus", "problem_solving", "ownership")
    )
    assert made["fraud_signals"] == {"multiple_speakers": None, "reading_detected": None}
    assert made["questions"] == {"planned": 4, "answered": 0}
    assert await customer.credits() == (10, 1)

    ((kind, created),) = await world.emitted(made["id"])
    assert kind == "viva.gateway.events.v1.InterviewCreated"
    assert created.attempt == 1
    spec = created.spec
    assert spec.interview_id == made["id"]
    assert spec.tenant_id == customer.tenant_id
    assert spec.channel == common.CHANNEL_BROWSER
    assert spec.consent_mode == common.CONSENT_MODE_EXPLICIT
    assert [question.id for question in spec.question_set.questions][:2] == ["warm_up", "q1"]
    assert sum(found.weight for found in spec.framework.competencies) == pytest.approx(1)
    assert not spec.test_mode


async def test_the_answer_of_get_is_the_document(customer: Customer) -> None:
    made = await customer.interview(external_id="candidate 7", tags=["north"])
    read = await customer.read(made["id"])
    InterviewDocument.model_validate(read)
    assert read == {key: value for key, value in made.items() if key != "join_url"}


async def test_all_that_can_be_ordered(world: World, customer: Customer) -> None:
    made = await customer.interview(
        externalId="ats-1",
        metadata={"team": "blue"},
        tags=["a", "b"],
        consent_mode="pre_granted",
        accommodations={"thinking_time_factor": 2, "captions": False, "text_answers": True},
        limits={"total_s": 40, "grace_s": 3},
        expires_in_s=3600,
        webhook_url="https://hooks.test/viva",
        candidate={"name": "Kim Doe", "email": "kim@example.org", "phone": "+4930123456"},
        persona={"name": "Noor", "language": "en-GB", "branding": {"company_name": "ACME"}},
        framework={"name": "One", "competencies": [COMPETENCY]},
        question_set={
            "name": "Short",
            "questions": [{"text": "Why?", "competencies": ["kindness"], "answer_limit_s": 5}],
        },
    )
    assert made["external_id"] == "ats-1"
    assert made["versions"]["framework"] == {"id": None, "version": None, "name": "One"}
    assert made["limits"] == {"total_s": 40, "grace_s": 3}
    assert "Kim" not in str(made)
    assert (await customer.read(made["id"], include="candidate"))["candidate"] == {
        "name": "Kim Doe",
        "email": "kim@example.org",
        "phone": "+4930123456",
    }
    ((_, created),) = await world.emitted(made["id"])
    assert created.webhook_url == "https://hooks.test/viva"
    assert created.spec.persona.company_name == "ACME"
    assert created.spec.limits.total_ms == 40_000
    assert created.spec.question_set.questions[0].max_follow_ups == 0
    assert "Kim" not in str(created)
    expiry = created.spec.expires_at.ToDatetime(world.clock.now().tzinfo)
    assert expiry == world.clock.now() + timedelta(hours=1)


async def test_what_is_used_is_frozen(world: World, customer: Customer) -> None:
    persona = (await customer.post("/personas", {"name": "Ada"})).json()
    made = await customer.interview(persona=persona["id"])
    await customer.http.put(f"/v1/personas/{persona['id']}", json={"name": "Grace"})
    assert (await customer.read(made["id"]))["versions"]["persona"] == {
        "id": persona["id"],
        "version": 1,
        "name": "Ada",
    }
    later = await customer.interview(persona=persona["id"])
    assert later["versions"]["persona"]["version"] == 2


async def test_own_labels_may_change_and_nothing_else(world: World, customer: Customer) -> None:
    made = (await customer.post("/interviews", SMALLEST | {"tags": ["a"]})).json()
    path = f"/interviews/{made['id']}"
    changed = await customer.patch(path, {"externalId": "c-7", "metadata": {"k": "v"}})
    assert changed.status_code == 200
    now = changed.json()
    assert (now["external_id"], now["metadata"], now["tags"]) == ("c-7", {"k": "v"}, ["a"])
    assert {name for name in made if now.get(name) != made[name]} <= {
        *("external_id", "metadata", "join_url", "join_expires_at"),
    }
    listed = (await customer.get("/interviews", external_id="c-7")).json()["data"]
    assert [each["id"] for each in listed] == [made["id"]]
    assert (await customer.get(path)).json()["metadata"] == {"k": "v"}
    refused = await customer.patch(path, {"role": "Chef"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/role"
    other = await world.customer()
    assert (await other.patch(path, {"tags": []})).status_code == 404


async def test_no_token_is_stored_or_emitted(world: World, customer: Customer) -> None:
    made = await customer.interview()
    token = made["join_url"].partition("#t=")[2]
    assert token not in str(await world.emitted(made["id"]))
    async with world.database.unit_of_work() as unit:
        for table in ("interviews", "join_links", "audit_log", "idempotency", "outbox"):
            rows = await unit.session.execute(text(f"SELECT t::text FROM {table} t"))
            assert token not in str(rows.all())


COMPETENCY: dict[str, Any] = {
    "key": "kindness",
    "name": "Kindness",
    "definition": "Is kind.",
    "weight": 2,
    "anchors": [
        {"level": 1, "text": "Rude"},
        {"level": 3, "text": "Polite"},
        {"level": 5, "text": "Kind"},
    ],
}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"role": ""}, "validation_failed", "/role"),
    ({"role": None}, "validation_failed", "/role"),
    ({"role": "a\u0000b"}, "validation_failed", "/role"),
    ({"role": 7}, "validation_failed", "/role"),
    ({"channel": "fax"}, "validation_failed", "/channel"),
    ({"channel": "phone"}, "channel_unavailable", "/channel"),
    ({"colour": "red"}, "validation_failed", "/colour"),
    ({"persona": "ps_unknown"}, "persona_unknown", "/persona"),
    (
        {"persona": {"name": "X", "language": "de"}},
        "language_unavailable",
        "/persona/language",
    ),
    ({"persona": {"name": "X", "voice": "x"}}, "voice_unavailable", "/persona/voice"),
    ({"persona": {"language": "en"}}, "validation_failed", "/persona/name"),
    ({"persona": 5}, "validation_failed", "/persona"),
    ({"framework": "fw_unknown"}, "framework_unknown", "/framework"),
    (
        {"framework": {"name": "One", "competencies": [COMPETENCY]}},
        "question_set_required",
        "/question_set",
    ),
    (
        {"question_set": {"name": "S", "questions": [{"text": "?", "competencies": ["x"]}]}},
        "competency_unknown",
        "/question_set/questions/0/competencies",
    ),
    ({"expires_at": "2020-01-01T00:00:00Z"}, "expiry_invalid", "/expires_at"),
    ({"expires_at": "2020-01-01T00:00:00"}, "validation_failed", "/expires_at"),
    ({"expires_at": "9999-12-31T23:59:59-05:00"}, "validation_failed", "/expires_at"),
    ({"expires_in_s": 1e12}, "validation_failed", "/expires_in_s"),
    ({"metadata": {"a b": "x"}}, "validation_failed", "/metadata/a b"),
    ({"metadata": {"a": 1}}, "validation_failed", "/metadata/a"),
    ({"metadata": {f"k{n}": "" for n in range(51)}}, "validation_failed", "/metadata"),
    (
        {"metadata": {f"k{n}": "x" * 500 for n in range(17)}},
        "validation_failed",
        "/metadata",
    ),
    ({"tags": ["x"] * 2}, "validation_failed", "/tags"),
    ({"tags": ["x" * 41]}, "validation_failed", "/tags/0"),
    ({"candidate": {"email": "nobody"}}, "validation_failed", "/candidate/email"),
    ({"webhook_url": "ftp://x"}, "validation_failed", "/webhook_url"),
    ({"limits": {"total_s": 0}}, "validation_failed", "/limits/total_s"),
    (
        {"accommodations": {"thinking_time_factor": 0.5}},
        "validation_failed",
        "/accommodations/thinking_time_factor",
    ),
]


async def test_what_is_wrong_is_named(customer: Customer) -> None:
    for more, code, pointer in WRONG:
        answer = await customer.post("/interviews", SMALLEST | more)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, code), (more, problem)
        assert answer.headers["content-type"] == "application/problem+json"
        assert pointer in [found["pointer"] for found in problem["errors"]], (more, problem)
        assert problem["request_id"] == answer.headers["x-request-id"]
    assert await customer.credits() == (10, 0)


async def test_what_may_take_longer_than_the_operator_allows_is_refused(
    database_url: str, objects: Objects, clock: FakeClock
) -> None:
    settings = GatewaySettings(longest_interview_s=1000)
    async with world_of(database_url, objects, clock, settings) as world:
        customer = await world.customer()
        slow: dict[str, Any] = {"accommodations": {"thinking_time_factor": 2}}
        for more in ({"limits": {"total_s": 1001}}, slow):
            answer = await customer.post("/interviews", SMALLEST | more)
            assert (answer.status_code, answer.json()["code"]) == (422, "interview_too_long")
            assert answer.json()["errors"][0]["pointer"] == "/limits/total_s"
        assert await customer.credits() == (10, 0)
        shorter = slow | {"limits": {"total_s": 1000}}
        assert (await customer.post("/interviews", SMALLEST | shorter)).status_code == 201


async def test_lists_page_and_filter(world: World, customer: Customer) -> None:
    ids = []
    for number in range(5):
        made = await customer.interview(
            external_id=f"e{number}",
            metadata={"n": str(number), "even": str(number % 2 == 0)},
            tags=[f"t{number % 2}"],
        )
        ids.append(made["id"])
        world.clock.advance(60)

    newest_first = ids[::-1]
    first = (await customer.get("/interviews", limit=2)).json()
    assert [found["id"] for found in first["data"]] == newest_first[:2]
    assert first["has_more"]
    rest = (await customer.get("/interviews", limit=3, starting_after=newest_first[1])).json()
    assert [found["id"] for found in rest["data"]] == newest_first[2:]
    assert not rest["has_more"]

    async def found(**query: Any) -> set[int]:
        answer = await customer.get("/interviews", **query)
        assert answer.status_code == 200, answer.text
        return {ids.index(one["id"]) for one in answer.json()["data"]}

    assert await found(external_id="e3") == {3}
    assert await found(**{"metadata[n]": "2"}) == {2}
    assert await found(**{"metadata[even]": "True", "metadata[n]": "2"}) == {2}
    assert await found(**{"metadata[even]": "True", "metadata[n]": "1"}) == set()
    assert await found(tag="t1") == {1, 3}
    assert await found(status="created") == {0, 1, 2, 3, 4}
    assert await found(status="completed") == set()
    assert await found(status=["completed", "created"]) == {0, 1, 2, 3, 4}
    start = world.clock.now() - timedelta(minutes=5)
    second = (start + timedelta(minutes=1)).isoformat()
    assert await found(created_before=second) == {0}
    beyond = await customer.get("/interviews", created_before="0001-01-01T00:00:00+23:59")
    assert (beyond.status_code, beyond.json()["code"]) == (422, "validation_failed")
    assert await found(created_from=second) == {1, 2, 3, 4}
    for query in (
        {"limit": 0},
        {"limit": 101},
        {"starting_after": "'"},
        {"status": "x"},
        {"created_from": "yesterday"},
        {"metadata[x": "1"},
    ):
        assert (await customer.get("/interviews", **query)).status_code == 422


async def test_tenants_and_modes_do_not_see_each_other(world: World, customer: Customer) -> None:
    mine = await customer.interview()
    stranger = await world.customer()
    tester = await world.customer(tenant=customer.tenant_id, mode=Mode.TEST, credits_given=0)
    for other in (stranger, tester):
        assert (await other.get("/interviews")).json()["data"] == []
        for path in ("", "/recording", "/explanation", "/overrides"):
            answer = await other.get(f"/interviews/{mine['id']}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "interview_unknown")
        for path in ("/cancel", "/reinvite"):
            assert (await other.post(f"/interviews/{mine['id']}{path}")).status_code == 404
        override = {"target": "overall_score", "value": 1, "reason": "x"}
        assert (
            await other.post(f"/interviews/{mine['id']}/overrides", override)
        ).status_code == 404


async def test_a_test_key_is_never_billed(world: World) -> None:
    tester = await world.customer(mode=Mode.TEST, credits_given=0)
    made = await tester.interview()
    assert made["mode"] == "test"
    ((_, created),) = await world.emitted(made["id"])
    assert created.spec.test_mode


async def test_without_credit_nothing_runs(world: World) -> None:
    poor = await world.customer(credits_given=1)
    await poor.interview()
    answer = await poor.post("/interviews", SMALLEST)
    assert (answer.status_code, answer.json()["code"]) == (402, "insufficient_credits")
    assert len((await poor.get("/interviews")).json()["data"]) == 1
    assert await poor.credits() == (1, 1)
