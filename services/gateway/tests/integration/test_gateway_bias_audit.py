"""Demographics over the API: apart from everything else, in and out by scopes of their own."""

from viva.gateway.domain.access import Scope

from .conftest import Customer, World
from .gateway_results import completed


async def finished(world: World, customer: Customer) -> str:
    interview_id = (await customer.interview())["id"]
    await world.happens(await completed(world.objects, interview_id))
    return str(interview_id)


async def put(customer: Customer, *records: dict[str, object]) -> tuple[int, dict[str, object]]:
    body = {"records": list(records)}
    answer = await customer.http.put("/v1/bias-audit/demographics", json=body)
    return answer.status_code, answer.json()


async def test_what_was_told_leaves_as_counts(world: World, customer: Customer) -> None:
    first, second = await finished(world, customer), await finished(world, customer)
    await customer.interview()
    status, stored = await put(
        customer, {"interview_id": first, "sex": "Female", "race": "A", "selected": True}
    )
    assert (status, stored["stored"]) == (200, 1)
    report = (await customer.get("/bias-audit/report")).json()
    assert report["interviews"] == 2
    by_sex = report["tables"][0]
    assert by_sex["status"] == "insufficient"
    assert {line["group"]: line["count"] for line in by_sex["lines"]} == {"female": 1, "unknown": 1}
    assert first not in str(report)
    assert second not in str(report)
    assert "female" not in (await customer.get(f"/interviews/{first}")).text.lower()
    gone = await customer.http.delete(f"/v1/bias-audit/demographics/{first}")
    assert gone.status_code == 204
    report = (await customer.get("/bias-audit/report")).json()
    assert {line["group"] for line in report["tables"][0]["lines"]} == {"unknown"}


async def test_wrong_records_are_named_and_nothing_is_stored(
    world: World, customer: Customer
) -> None:
    known = await finished(world, customer)
    stranger = await world.customer()
    foreign = await finished(world, stranger)
    status, problem = await put(
        customer, {"interview_id": known}, {"interview_id": known}, {"interview_id": foreign}
    )
    assert status == 422
    pointers = [(error["pointer"], error["code"]) for error in problem["errors"]]  # type: ignore[attr-defined]
    assert pointers == [
        ("/records/1/interview_id", "duplicate"),
        ("/records/2/interview_id", "interview_unknown"),
    ]


async def test_other_scopes_open_nothing_here(world: World) -> None:
    reader = await world.customer(scopes=frozenset({Scope.INTERVIEWS_READ, Scope.AUDIT_READ}))
    assert (await reader.get("/bias-audit/report")).status_code == 403
    assert (await put(reader, {"interview_id": "iv_1"}))[0] == 403
    auditor = await world.customer(scopes=frozenset({Scope.BIAS_AUDIT_READ}))
    assert (await auditor.get("/bias-audit/report")).status_code == 200
    assert (await auditor.get("/interviews")).status_code == 403
