"""The ledger: nothing is lost, nothing is spent twice."""

import asyncio

from viva.contracts.session.events.v1 import events_pb2 as events
from viva.gateway.application.crediting import top_up
from viva.gateway.entrypoints.schemas.documents.accounts import CreditsDocument, LedgerDocument
from viva.gateway.entrypoints.schemas.documents.base import ListDocument

from .conftest import SMALLEST, Customer, World
from .gateway_results import completed


async def test_only_so_many_as_there_are_credits(world: World) -> None:
    customer = await world.customer(credits_given=5)
    answers = await asyncio.gather(*(customer.post("/interviews", SMALLEST) for _ in range(12)))
    made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert len(made) == 5
    assert {answer.status_code for answer in answers} == {201, 402}
    assert await customer.credits() == (5, 5)

    verdicts = [await completed(world.objects, interview_id) for interview_id in made[:3]]
    failures = [
        events.InterviewFailed(interview_id=interview_id, attempt=1) for interview_id in made[3:]
    ]
    await asyncio.gather(*(world.happens(event) for event in [*verdicts, *failures] * 2))
    assert await customer.credits() == (2, 0)
    ledger = (await customer.get("/credits/ledger", limit=100)).json()
    ListDocument[LedgerDocument].model_validate(ledger)
    entries = ledger["data"]
    kinds = [entry["kind"] for entry in entries]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "top_up": 1,
        "reserve": 5,
        "settle": 3,
        "release": 2,
    }
    balance = sum(
        {"top_up": 1, "settle": -1}.get(entry["kind"], 0) * entry["amount"] for entry in entries
    )
    assert balance == 2
    of_one = (await customer.get("/credits/ledger", interview_id=made[0])).json()["data"]
    assert [entry["kind"] for entry in of_one] == ["settle", "reserve"]


async def test_topping_up(world: World, customer: Customer) -> None:
    answer = await customer.post("/credits/top-ups", {"amount": 7, "note": "Invoice 1"})
    assert answer.status_code == 201
    assert answer.json()["balance_after"] == 17
    shown = (await customer.get("/credits")).json()
    CreditsDocument.model_validate(shown)
    assert shown["available"] == 17
    for amount in (0, -1, 1.5, "7", True, 10**7):
        wrong = await customer.post("/credits/top-ups", {"amount": amount})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "validation_failed")

    async def same() -> None:
        async with world.gateway.open_work() as work:
            await top_up(
                work, world.gateway.context, customer.tenant_id, 3, event_id="evt_once", note=""
            )

    await asyncio.gather(*(same() for _ in range(5)))
    assert await customer.credits() == (20, 0)
