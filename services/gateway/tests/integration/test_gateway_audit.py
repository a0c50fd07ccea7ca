"""The audit log: who read what."""

from typing import Any

from .conftest import Customer, World
from .gateway_results import completed

Json = dict[str, Any]


async def records(customer: Customer, target: str, *actions: str) -> list[Json]:
    answer = await customer.get("/audit-log", target=target)
    assert answer.status_code == 200, answer.text
    return [one for one in answer.json()["data"] if one["action"] in actions]


async def judged(world: World, customer: Customer, **more: Any) -> str:
    """An interview with a verdict that a person should look at."""
    interview_id = str((await customer.interview(**more))["id"])
    await world.happens(await completed(world.objects, interview_id, second_speaker=True))
    return interview_id


async def test_a_list_of_interviews_leaves_one_record(world: World, customer: Customer) -> None:
    older, newer = [
        await judged(world, customer, external_id="kim.doe@example.org", tags=["Kim"])
        for _ in range(2)
    ]
    assert await records(customer, "interviews", "interview.list") == []
    answer = await customer.get(
        "/interviews",
        status=["completed", "partial"],
        created_from="2020-01-01T00:00:00Z",
        external_id="kim.doe@example.org",
        tag="Kim",
    )
    (record,) = await records(customer, "interviews", "interview.list")
    assert record["details"] == {
        "status": "completed,partial",
        "created_from": "2020-01-01T00:00:00.000Z",
        "filtered_by": "external_id,tag",
        "count": "2",
        "first": newer,
        "last": older,
    }
    assert record["key_name"] == "Tests"
    assert record["request_id"] == answer.headers["x-request-id"]

    await customer.get("/interviews", limit=1, starting_after=newer)
    await customer.get("/interviews", external_id="nobody")
    nothing, rest, _ = await records(customer, "interviews", "interview.list")
    assert rest["details"] == {"count": "1", "first": older, "last": older}
    assert nothing["details"] == {"filtered_by": "external_id", "count": "0"}
    log = (await customer.get("/audit-log", limit=100)).text
    assert not any(word in log for word in ("Kim", "example.org", "nobody"))


async def test_reads_of_reviews_and_overrides_are_noted(world: World, customer: Customer) -> None:
    interview_id = await judged(world, customer)
    (review,) = (await customer.get("/reviews", status="open")).json()["data"]
    await customer.get("/reviews", interview_id=interview_id)
    await customer.get(f"/reviews/{review['id']}")
    (listed,) = await records(customer, "reviews", "review.list")
    seen = {"count": "1", "first": review["id"], "last": review["id"]}
    assert listed["details"] == {"status": "open"} | seen
    (of_one,) = await records(customer, interview_id, "review.list")
    assert of_one["details"] == seen
    (read,) = await records(customer, review["id"], "review.read")
    assert read["details"] == {}

    path = f"/interviews/{interview_id}/overrides"
    made = (
        await customer.post(path, {"target": "overall_score", "value": 5, "reason": "Kim"})
    ).json()
    await customer.get(path)
    (overrides,) = await records(customer, interview_id, "override.list")
    assert overrides["details"] == {"count": "1", "first": made["id"], "last": made["id"]}


async def test_what_was_refused_leaves_no_record(world: World, customer: Customer) -> None:
    interview_id = await judged(world, customer)
    (review,) = (await customer.get("/reviews")).json()["data"]
    stranger = await world.customer()
    for path in (f"/reviews/{review['id']}", f"/interviews/{interview_id}/overrides"):
        assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get("/audit-log")).json()["data"] == []
    assert await records(customer, review["id"], "review.read") == []
    wrong = await customer.get("/audit-log", target="interviews of Kim")
    assert wrong.status_code == 422
