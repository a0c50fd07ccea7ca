"""The candidate's way in."""

import pytest

from viva.contracts.session.events.v1 import events_pb2 as events
from viva.gateway.domain.errors import GoneError, UnauthenticatedError

from .conftest import Customer, World
from .gateway_results import completed


async def test_a_token_becomes_a_credential(world: World, customer: Customer) -> None:
    made = await customer.interview(
        persona={"name": "Noor", "branding": {"company_name": "ACME", "accent_color": "#aa3311"}},
        accommodations={"thinking_time_factor": 1.5, "text_answers": True},
    )
    answer = await world.exchange(made["join_url"])
    assert answer.status_code == 200
    body = answer.json()
    assert body["interview"] == {
        "id": made["id"],
        "status": "created",
        "company_name": "ACME",
        "accent_color": "#aa3311",
        "role": "Customer support agent",
        "persona_name": "Noor",
        "language": "en",
        "questions": 4,
        "consent_mode": "explicit",
        "captions": True,
        "text_answers": True,
        "thinking_time_factor": 1.5,
    }
    admission = await world.gateway.join.admit(body["credential"])
    assert (admission.interview_id, admission.attempt) == (made["id"], 1)
    assert admission.tenant_id == customer.tenant_id
    again = (await world.exchange(made["join_url"])).json()
    assert again["credential"] != body["credential"]
    await world.gateway.join.admit(body["credential"])


async def test_doors_that_stay_closed(world: World, customer: Customer) -> None:
    desk = world.gateway.join
    unknown = await world.exchange("#t=nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "token_unknown")
    with pytest.raises(UnauthenticatedError):
        await desk.admit("nothing")
    with pytest.raises(UnauthenticatedError):
        await desk.admit("\ud800")

    made = await customer.interview(expires_in_s=60)
    credential = (await world.exchange(made["join_url"])).json()["credential"]
    world.clock.advance(61)
    late = await world.exchange(made["join_url"])
    assert (late.status_code, late.json()["code"]) == (410, "link_expired")
    with pytest.raises(GoneError, match="link_expired"):
        await desk.admit(credential)
    # Who has begun is not cut.
    await world.happens(events.InterviewStarted(interview_id=made["id"], attempt=1))
    assert (await world.exchange(made["join_url"])).status_code == 200
    await desk.admit(credential)
    world.clock.advance(3600)
    with pytest.raises(UnauthenticatedError):
        await desk.admit(credential)

    fresh = (await world.exchange(made["join_url"])).json()["credential"]
    await world.happens(await completed(world.objects, made["id"]))
    over = await world.exchange(made["join_url"])
    assert (over.status_code, over.json()["code"]) == (410, "interview_over")
    with pytest.raises(GoneError, match="interview_over"):
        await desk.admit(fresh)


async def test_what_is_no_exchange(world: World) -> None:
    anybody = await world.anybody()
    for body in ({}, {"token": ""}, {"token": 5}, {"token": "x" * 201}, {"token": "a", "b": 1}, []):
        answer = await anybody.post("/v1/join/exchange", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    odd = await anybody.post("/v1/join/exchange", json={"token": "a\u0000b"})
    assert odd.status_code in {404, 422}
