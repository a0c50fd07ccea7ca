"""An erased interview: a tombstone, and nothing of the candidate behind it."""

from sqlalchemy import text

from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.gateway.domain.interview import Keeper
from viva.gateway.entrypoints.schemas.documents.interviews import InterviewDocument

from .conftest import Customer, World
from .gateway_results import completed

NAMED = {
    "candidate": {"name": "Zebediah Quill", "email": "quill@example.org"},
    "external_id": "quill-7",
    "metadata": {"who": "Zebediah"},
    "tags": ["quill"],
}


async def _finished(world: World, customer: Customer) -> str:
    interview_id = str((await customer.interview(**NAMED))["id"])
    await world.happens(await completed(world.objects, interview_id, second_speaker=True))
    override = {"target": "overall_score", "value": 60, "reason": "Zebediah said more"}
    answer = await customer.post(f"/interviews/{interview_id}/overrides", override)
    assert answer.status_code == 201
    return interview_id


async def _everything(world: World) -> str:
    """All rows of all tables but the keys, as text."""
    async with world.database.unit_of_work() as unit:
        names = await unit.session.execute(
            text("select tablename from pg_tables where schemaname = current_schema()")
        )
        found = []
        for (name,) in names.all():
            rows = await unit.session.execute(text(f'select t::text from "{name}" t'))
            found += [row[0] for row in rows.all()]
            columns = await unit.session.execute(
                text(
                    "select column_name from information_schema.columns where table_name = :name "
                    "and table_schema = current_schema() and data_type = 'bytea'"
                ),
                {"name": name},
            )
            for (column,) in columns.all():
                data = await unit.session.execute(text(f'select "{column}" from "{name}"'))
                found += [row[0].decode("latin-1") for row in data.all() if row[0]]
    return "\n".join(found)


async def _published(world: World) -> None:
    async with world.database.unit_of_work() as unit:
        await unit.session.execute(text("update outbox set published_at = now()"))


async def test_what_is_left_is_a_tombstone(world: World, customer: Customer) -> None:
    interview_id = await _finished(world, customer)
    await _published(world)
    assert "Zebediah" in await _everything(world)
    path = f"/interviews/{interview_id}"
    answer = await customer.delete(path)
    assert answer.status_code == 202, answer.text
    read = await customer.read(interview_id)
    InterviewDocument.model_validate(read)
    assert answer.json() == read
    assert read["status"] == "erased"
    assert read["erasure"]["outstanding"] == ["session", "notification"]
    assert read["erasure"]["completed_at"] is None
    for gone in ("overall_score", "explanation", "recording", "external_id", "confidence"):
        assert read[gone] is None
    assert (read["answers"], read["overrides"], read["reviews"]) == ([], [], [])
    assert (read["metadata"], read["tags"], read["charged"]) == ({}, [], True)
    left = await _everything(world)
    for word in ("Zebediah", "Quill", "quill", "I helped"):
        assert word not in left
    asked = await world.emitted(interview_id)
    assert [kind for kind, _ in asked] == [
        "viva.gateway.events.v1.InterviewErasureRequested",
        "interview.erased",
    ]
    assert isinstance(asked[0][1], gateway_events.InterviewErasureRequested)
    assert asked[1][1] == read


async def test_what_needs_the_data_says_410(world: World, customer: Customer) -> None:
    interview_id = await _finished(world, customer)
    path = f"/interviews/{interview_id}"
    await customer.delete(path)
    override = {"target": "overall_score", "value": 60, "reason": "no"}
    for answer in (
        await customer.post(f"{path}/rescore"),
        await customer.get(f"{path}/explanation"),
        await customer.get(f"{path}/recording"),
        await customer.get(path, include="transcript"),
        await customer.get(path, include="candidate"),
        await customer.post(f"{path}/overrides", override),
        await customer.patch(path, {"external_id": "quill again"}),
        await customer.post(f"{path}/invitations", {"email": "quill@example.org"}),
    ):
        assert answer.status_code == 410, answer.text
        assert answer.json()["code"] == "interview_erased"
        assert answer.headers["content-type"] == "application/problem+json"


async def test_it_is_complete_when_all_have_confirmed_in_any_order_and_twice(
    world: World, customer: Customer
) -> None:
    interview_id = await _finished(world, customer)
    await world.erased_at(Keeper.SESSION, interview_id)
    assert (await customer.read(interview_id))["status"] == "completed"
    first = (await customer.delete(f"/interviews/{interview_id}")).json()
    assert (await customer.delete(f"/interviews/{interview_id}")).json() == first
    for _ in range(2):
        await world.erased_at(Keeper.NOTIFICATION, interview_id)
    assert (await customer.read(interview_id))["erasure"]["outstanding"] == ["session"]
    for _ in range(2):
        await world.erased_at(Keeper.SESSION, interview_id)
    read = await customer.read(interview_id)
    assert read["erasure"]["outstanding"] == []
    assert read["erasure"]["completed_at"]
    # What comes late changes nothing.
    await world.happens(await completed(world.objects, interview_id))
    assert await customer.read(interview_id) == read
    kinds = [kind for kind, _ in await world.published(interview_id)]
    assert kinds == [
        "interview.completed",
        "interview.updated",
        "interview.erased",
        "interview.updated",
    ]


async def test_only_what_is_over_and_ones_own_can_be_erased(
    world: World, customer: Customer
) -> None:
    interview_id = (await customer.interview())["id"]
    refused = await customer.delete(f"/interviews/{interview_id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "interview_not_over")
    stranger = await world.customer()
    finished = await _finished(world, customer)
    assert (await stranger.delete(f"/interviews/{finished}")).status_code == 404
    assert (await customer.read(finished))["status"] == "completed"


async def test_a_replay_waits_for_scoring_and_says_so(world: World, customer: Customer) -> None:
    interview_id = await _finished(world, customer)
    away = await customer.post(f"/interviews/{interview_id}/rescore")
    assert away.status_code == 503
    assert away.headers["retry-after"] == "1"
    unscored = (await customer.interview())["id"]
    refused = await customer.post(f"/interviews/{unscored}/rescore")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_verdict")
