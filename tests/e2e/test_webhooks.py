"""Webhooks from outside: signed as the reference library wants it, tried again, replayed."""

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.e2e.interview import ORDER
from tests.e2e.world import World


async def expired_interview(world: World, *, timeout_s: float = 30, **order: object) -> str:
    """An interview that is over at once: it has a result without a candidate."""
    created = await world.api.create_interview(**ORDER, expires_in_s=1, **order)
    await world.api.verdict(created["id"], timeout_s)
    return str(created["id"])


async def test_failing_endpoint_gets_it_again_with_the_same_id(world: World) -> None:
    path = "/flaky"
    world.sink.fail(path, 500)
    interview = await expired_interview(world, webhook_url=world.sink.url + path)
    first, second = await world.sink.until(
        lambda: len(found := world.sink.of(interview, path)) >= 2 and found, 30, "second try"
    )
    assert (first.answered, second.answered) == (500, 204)
    assert first.id == second.id
    assert first.body == second.body
    assert 4.5 < second.at - first.at < 15
    secret = (await world.api.call("GET", "/v1/webhook-signing-secret"))["secret"]
    for tried in (first, second):
        assert tried.verified(secret)["type"] == "interview.expired"


async def test_body_that_was_changed_does_not_verify(world: World) -> None:
    interview = await expired_interview(world)
    (hook,) = await world.webhooks(interview, "interview.expired")
    changed = hook.body.replace(b"expired", b"completed")
    with pytest.raises(WebhookVerificationError):
        Webhook(world.endpoint["secret"]).verify(changed, dict(hook.headers))


async def test_log_of_deliveries_and_replay(world: World) -> None:
    interview = await expired_interview(world)
    (hook,) = await world.webhooks(interview, "interview.expired")
    asked = {"interview_id": interview, "endpoint_id": world.endpoint["id"]}
    listed = await world.api.call("GET", "/v1/webhook-deliveries", params=asked)
    (delivery,) = listed["data"]
    assert delivery["event_id"] == hook.id
    await world.api.call("POST", f"/v1/webhook-deliveries/{delivery['id']}/replay")
    again = await world.sink.until(
        lambda: len(found := world.sink.of(interview, "/hooks")) >= 2 and found[1], 30, "replay"
    )
    assert again.id == hook.id
    assert again.verified(world.endpoint["secret"])["data"]["id"] == interview
