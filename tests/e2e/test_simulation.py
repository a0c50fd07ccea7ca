"""A test key's interview, taken by the candidate that Viva simulates."""

from typing import Any

import pytest

from tests.e2e.interview import CUSTOMER, ORDER, PROBLEM, WARM_UP
from tests.e2e.world import World
from viva.testkit.api import Api


@pytest.fixture
def order() -> dict[str, Any]:
    return ORDER | {"role": "Support agent", "channel": "browser"}


async def test_a_simulated_candidate_brings_a_real_verdict_and_no_bill(
    world: World, order: dict[str, Any]
) -> None:
    key = await world.api.call(
        "POST",
        "/v1/api-keys",
        json={
            "name": "Tests of an integrator",
            "mode": "test",
            "scopes": ["interviews:read", "interviews:write", "credits:read"],
        },
    )
    async with Api(world.api.url, key["secret"]) as api:
        balance = await api.call("GET", "/v1/credits")
        created = await api.create_interview(**order)
        body = {"answers": [WARM_UP, CUSTOMER, PROBLEM]}
        await api.call("POST", f"/v1/interviews/{created['id']}/simulate", json=body)
        verdict = await api.verdict(created["id"], timeout_s=600)
        assert verdict["status"] == "completed"
        assert (verdict["mode"], verdict["charged"]) == ("test", False)
        assert verdict["questions"] == {"planned": 2, "answered": 2}
        assert verdict["overall_score"] is not None
        assert verdict["fraud_signals"]["multiple_speakers"] is False
        read = await api.interview(created["id"], include="transcript")
        heard = {a["question_id"]: a["transcript"]["text"].lower() for a in read["answers"]}
        assert "parcel" in heard["customer"]
        assert "attachments" in heard["problem"]
        assert await api.call("GET", "/v1/credits") == balance
    assert await world.webhooks(created["id"], "interview.completed")
