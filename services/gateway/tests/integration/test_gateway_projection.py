"""What the session service decides, as customers see it."""

from typing import Any

from viva.contracts.session.events.v1 import events_pb2 as events
from viva.gateway.domain.access import Mode
from viva.gateway.entrypoints.schemas.documents.base import ListDocument
from viva.gateway.entrypoints.schemas.documents.interviews import InterviewDocument
from viva.gateway.entrypoints.schemas.documents.reviews import ReviewDocument
from viva.gateway.entrypoints.schemas.explanations import ExplanationDocument

from .conftest import Customer, World
from .gateway_results import completed


async def _status(customer: Customer, interview_id: str) -> str:
    return str((await customer.read(interview_id))["status"])


async def test_an_interview_goes_its_way(world: World, customer: Customer) -> None:
    interview_id = (await customer.interview())["id"]
    await world.happens(events.PromptsReady(interview_id=interview_id, attempt=1))
    assert await _status(customer, interview_id) == "ready"
    await world.happens(events.InterviewStarted(interview_id=interview_id, attempt=1))
    assert await _status(customer, interview_id) == "in_progress"
    ended = events.ConversationEnded(
        interview_id=interview_id, attempt=1, reason=events.END_REASON_FINISHED
    )
    await world.happens(ended)
    assert await _status(customer, interview_id) == "processing"
    assert await customer.credits() == (10, 1)
    assert await world.published(interview_id) == []

    await world.happens(await completed(world.objects, interview_id))
    read = await customer.read(interview_id)
    InterviewDocument.model_validate(read)
    assert read["status"] == "completed"
    assert read["overall_score"] == 74
    assert read["competencies"] == {
        "communication": 74,
        "customer_focus": None,
        "problem_solving": None,
        "ownership": None,
    }
    assert read["language"] == {"cefr": "B2", "fluency": 80}
    assert read["fraud_signals"] == {"multiple_speakers": False, "reading_detected": False}
    assert read["confidence"] == 0.8
    assert read["started_at"] == "2026-01-01T12:00:00.000Z"
    assert read["end_reason"] == "finished"
    assert read["charged"] is True
    assert read["questions"] == {"planned": 4, "answered": 1}
    assert read["reviews"] == []
    why = read["explanation"]["competencies"]
    assert why["communication"]["contributions"][0]["quotes"][0]["text"] == "I helped"
    assert why["ownership"]["null_reason"] == "too_little_speech"
    (answer,) = read["answers"]
    assert answer["partial"] is True
    assert answer["scores"] == {"communication": 61.25, "ownership": None}
    assert answer["missing_evidence"] == ["result"]
    assert answer["words_of_others"] == 1
    assert answer["recording_start_ms"] == 2000
    assert "transcript" not in answer
    assert [model["name"] for model in read["versions"]["models"]] == ["whisper", "scoring"]
    assert await customer.credits() == (9, 0)

    # The public topic and so the webhook carry the same.
    assert await world.published(interview_id) == [("interview.completed", read)]

    explained = (await customer.get(f"/interviews/{interview_id}/explanation")).json()
    ExplanationDocument.model_validate(explained)
    assert explained["explanation"] == read["explanation"]
    listed = (await customer.get("/interviews", status="completed")).json()["data"]
    assert listed[0]["overall_score"] == 74
    assert "explanation" not in listed[0]


async def test_the_transcript_is_there_on_request(world: World, customer: Customer) -> None:
    interview_id = (await customer.interview())["id"]
    await world.happens(await completed(world.objects, interview_id))
    read = await customer.read(interview_id, include="transcript")
    InterviewDocument.model_validate(read)
    transcript = read["answers"][0]["transcript"]
    assert transcript["text"] == "I helped"
    assert [word["dropped"] for word in transcript["words"]] == [False, True, False]
    log = (await customer.get("/audit-log", target=interview_id)).json()["data"]
    assert [one["action"] for one in log] == ["interview.read", "interview.create"]
    assert log[0]["details"] == {"include": "transcript"}


async def test_twice_and_late_changes_nothing(world: World, customer: Customer) -> None:
    interview_id = (await customer.interview())["id"]
    verdict = await completed(world.objects, interview_id, second_speaker=True)
    await world.happens(verdict, "evt_1")
    read = await customer.read(interview_id)
    for event in (
        verdict,
        events.PromptsReady(interview_id=interview_id, attempt=1),
        events.InterviewStarted(interview_id=interview_id, attempt=1),
        events.ConversationEnded(interview_id=interview_id, attempt=1),
        events.InterviewFailed(interview_id=interview_id, attempt=1),
        events.InterviewExpired(interview_id=interview_id, attempt=1),
        events.InterviewCancelled(interview_id=interview_id, attempt=1),
        events.InterviewReinvited(interview_id=interview_id, attempt=1),
        events.InterviewReinviteRefused(interview_id=interview_id, attempt=2),
    ):
        await world.happens(event)
        await world.happens(event, "evt_1")
    assert await customer.read(interview_id) == read
    assert await customer.credits() == (9, 0)
    assert len(await world.published(interview_id)) == 1
    assert len((await customer.get("/reviews")).json()["data"]) == 1


async def test_no_result_costs_nothing(world: World, customer: Customer) -> None:
    silent, failed, expired, cancelled = [(await customer.interview())["id"] for _ in range(4)]
    assert await customer.credits() == (10, 4)
    await world.happens(
        await completed(
            world.objects,
            silent,
            status=events.VERDICT_STATUS_LOW_CONFIDENCE,
            overall=None,
            chargeable=False,
        )
    )
    await world.happens(
        events.InterviewFailed(
            interview_id=failed,
            attempt=1,
            code="nothing_to_score",
            detail="The line dropped first.",
            end_reason=events.END_REASON_DROPPED,
        )
    )
    await world.happens(events.InterviewExpired(interview_id=expired, attempt=1))
    await customer.post(f"/interviews/{cancelled}/cancel", {"reason": "Position filled"})
    await world.happens(events.InterviewCancelled(interview_id=cancelled, attempt=1))
    assert await customer.credits() == (10, 0)

    low = await customer.read(silent)
    assert (low["status"], low["overall_score"], low["charged"]) == ("low_confidence", None, False)
    assert low["explanation"]["overall_score"]["null_reason"] == "too_little_speech"
    assert low["reviews"][0]["reasons"] == ["low_confidence"]
    gone = await customer.read(failed)
    assert gone["failure"] == {"code": "nothing_to_score", "detail": "The line dropped first."}
    assert gone["end_reason"] == "dropped"
    for interview_id, kind in (
        (silent, "low_confidence"),
        (failed, "failed"),
        (expired, "expired"),
        (cancelled, "cancelled"),
    ):
        read = await customer.read(interview_id)
        assert read["status"] == kind
        assert await world.published(interview_id) == [(f"interview.{kind}", read)]
    ledger = (await customer.get("/credits/ledger", limit=100)).json()["data"]
    kinds = [entry["kind"] for entry in ledger]
    assert kinds.count("release") == 4
    assert "settle" not in kinds


async def test_a_verdict_without_its_bundle_still_stands(world: World, customer: Customer) -> None:
    interview_id = (await customer.interview())["id"]
    verdict = await completed(world.objects, interview_id)
    await world.objects.delete_prefix(f"interviews/{interview_id}")
    await world.happens(verdict)
    read = await customer.read(interview_id)
    assert (read["overall_score"], read["answers"]) == (74, [])
    answer = await customer.get(f"/interviews/{interview_id}", include="transcript")
    assert answer.status_code == 404
    answer = await customer.get(f"/interviews/{interview_id}/recording")
    assert answer.status_code == 404


async def test_cancelling(world: World, customer: Customer) -> None:
    interview_id = (await customer.interview())["id"]
    answer = await customer.post(f"/interviews/{interview_id}/cancel", {"reason": "Filled"})
    assert answer.status_code == 202
    assert answer.json()["cancel_requested"] is True
    assert (await customer.post(f"/interviews/{interview_id}/cancel")).status_code == 202
    kinds = [kind for kind, _ in await world.emitted(interview_id)]
    assert kinds.count("viva.gateway.events.v1.InterviewCancelRequested") == 1
    await world.happens(events.InterviewCancelled(interview_id=interview_id, attempt=1))
    assert (await customer.post(f"/interviews/{interview_id}/cancel")).status_code == 202

    done = (await customer.interview())["id"]
    await world.happens(await completed(world.objects, done))
    answer = await customer.post(f"/interviews/{done}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "interview_over")


async def test_inviting_anew(world: World, customer: Customer) -> None:
    made = await customer.interview()
    interview_id, old_link = made["id"], made["join_url"]
    old = (await world.exchange(old_link)).json()
    await world.happens(events.InterviewFailed(interview_id=interview_id, attempt=1, code="x"))
    assert await customer.credits() == (10, 0)

    answer = await customer.post(f"/interviews/{interview_id}/reinvite", {"expires_in_s": 60})
    assert answer.status_code == 201
    fresh = answer.json()
    assert (fresh["status"], fresh["attempt"], fresh["failure"]) == ("created", 2, None)
    assert await customer.credits() == (10, 1)
    refused = await world.exchange(old_link)
    assert (refused.status_code, refused.json()["code"]) == (410, "link_replaced")
    assert (await world.exchange(fresh["join_url"])).status_code == 200
    assert await _admission_code(world, old["credential"]) == "credential_invalid"
    kind, request = (await world.emitted(interview_id))[-1]
    assert kind == "viva.gateway.events.v1.InterviewReinviteRequested"
    assert request.attempt == 2

    await world.happens(events.InterviewReinvited(interview_id=interview_id, attempt=2))
    await world.happens(events.PromptsReady(interview_id=interview_id, attempt=1))
    assert await _status(customer, interview_id) == "created"
    await world.happens(events.PromptsReady(interview_id=interview_id, attempt=2))
    await world.happens(await completed(world.objects, interview_id, attempt=2))
    assert await customer.credits() == (9, 0)
    told = [kind for kind, _ in await world.published(interview_id)]
    assert told == ["interview.failed", "interview.reinvited", "interview.completed"]
    answer = await customer.post(f"/interviews/{interview_id}/reinvite")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_reinvitable")


async def test_inviting_anew_before_it_began_needs_no_second_credit(world: World) -> None:
    poor = await world.customer(credits_given=1)
    interview_id = (await poor.interview())["id"]
    assert (await poor.post(f"/interviews/{interview_id}/reinvite")).status_code == 201
    assert await poor.credits() == (1, 1)
    # The attempt before expired while the request was on its way: nobody is told.
    await world.happens(events.InterviewExpired(interview_id=interview_id, attempt=1))
    assert (await poor.read(interview_id))["status"] == "created"
    assert await world.published(interview_id) == []
    await world.happens(events.InterviewReinvited(interview_id=interview_id, attempt=2))
    assert await poor.credits() == (1, 1)
    await world.happens(await completed(world.objects, interview_id, attempt=2))
    assert await poor.credits() == (0, 0)


async def test_inviting_anew_that_is_refused(world: World, customer: Customer) -> None:
    interview_id = (await customer.interview())["id"]
    await customer.post(f"/interviews/{interview_id}/reinvite")
    # The candidate had begun, unseen by the gateway.
    refused = events.InterviewReinviteRefused(interview_id=interview_id, attempt=2)
    await world.happens(events.InterviewStarted(interview_id=interview_id, attempt=1))
    await world.happens(refused)
    read = await customer.read(interview_id)
    assert (read["status"], read["attempt"]) == ("in_progress", 1)
    await world.happens(await completed(world.objects, interview_id))
    assert await customer.credits() == (9, 0)

    # And the other way round: the verdict overtakes the refusal.
    other = (await customer.interview())["id"]
    await customer.post(f"/interviews/{other}/reinvite")
    await world.happens(await completed(world.objects, other))
    assert await _status(customer, other) == "completed"
    await world.happens(events.InterviewReinviteRefused(interview_id=other, attempt=2))
    assert await _status(customer, other) == "completed"
    assert await customer.credits() == (8, 0)
    assert [kind for kind, _ in await world.published(other)] == ["interview.completed"]


async def test_reviews(world: World, customer: Customer) -> None:
    flagged, fine = [(await customer.interview())["id"] for _ in range(2)]
    await world.happens(await completed(world.objects, flagged, second_speaker=True))
    await world.happens(await completed(world.objects, fine))
    listed = (await customer.get("/reviews", status="open")).json()
    ListDocument[ReviewDocument].model_validate(listed)
    (review,) = listed["data"]
    assert review["interview_id"] == flagged
    assert review["reasons"] == ["multiple_speakers"]
    assert (await customer.read(flagged))["overall_score"] == 74  # a flag changes no score

    path = f"/reviews/{review['id']}"
    noted = await customer.post(f"{path}/notes", {"text": "A radio, I think.", "by": "Kim"})
    assert noted.status_code == 201
    decided = await customer.post(
        f"{path}/decide", {"decision": "dismissed", "note": "It was a radio.", "by": "Kim"}
    )
    assert decided.status_code == 200
    body = decided.json()
    assert (body["status"], body["decision"], body["decided_by"]) == ("decided", "dismissed", "Kim")
    assert [note["text"] for note in body["notes"]] == ["A radio, I think.", "It was a radio."]
    again = await customer.post(f"{path}/decide", {"decision": "upheld"})
    assert (again.status_code, again.json()["code"]) == (409, "review_decided")
    assert (await customer.get("/reviews", status="open")).json()["data"] == []
    assert (await customer.get(path)).json() == body

    read = await customer.read(flagged)
    assert read["reviews"][0]["decision"] == "dismissed"
    assert (await world.published(flagged))[-1] == ("interview.updated", read)
    for other in (
        await world.customer(),
        await world.customer(tenant=customer.tenant_id, mode=Mode.TEST),
    ):
        assert (await other.get("/reviews")).json()["data"] == []
        assert (await other.get(path)).status_code == 404
        assert (await other.post(f"{path}/decide", {"decision": "upheld"})).status_code == 404


async def test_overrides_leave_a_trail(world: World, customer: Customer) -> None:
    interview_id = (await customer.interview())["id"]
    path = f"/interviews/{interview_id}/overrides"
    change: dict[str, Any] = {
        "target": "competencies.ownership",
        "value": 55,
        "reason": "It was said.",
    }
    early = await customer.post(path, change)
    assert (early.status_code, early.json()["code"]) == (409, "no_verdict")
    await world.happens(await completed(world.objects, interview_id))

    made = await customer.post(path, change | {"by": "Kim"})
    assert made.status_code == 201
    await customer.post(path, {"target": "overall_score", "value": 80, "reason": "Too strict."})
    world.clock.advance(1)
    await customer.post(path, {"target": "overall_score", "value": 78, "reason": "Second thought."})
    await customer.post(path, {"target": "language.cefr", "value": "C1", "reason": "Fluent."})
    read = await customer.read(interview_id)
    InterviewDocument.model_validate(read)
    assert read["competencies"]["ownership"] == 55
    assert read["overall_score"] == 78
    assert read["language"]["cefr"] == "C1"
    first, second, third, fourth = read["overrides"]
    assert (first["original"], first["value"], first["by"]) == (None, 55, "Kim")
    assert (second["original"], second["value"], second["by"]) == (74, 80, "Tests")
    assert (third["original"], third["value"]) == (74, 78)
    assert (fourth["original"], fourth["value"]) == ("B2", "C1")
    assert read["explanation"]["overall_score"]["score"] == 73.5
    assert (await world.published(interview_id))[-1] == ("interview.updated", read)
    assert (await customer.get(path)).json()["data"] == read["overrides"]
    for wrong, code in (
        ({"target": "competencies.x", "value": 5, "reason": "r"}, "target_unknown"),
        ({"target": "overall_score", "value": 101, "reason": "r"}, "value_invalid"),
        ({"target": "overall_score", "value": "B2", "reason": "r"}, "value_invalid"),
        ({"target": "overall_score", "value": True, "reason": "r"}, "validation_failed"),
        ({"target": "language.cefr", "value": 5, "reason": "r"}, "value_invalid"),
        ({"target": "overall_score", "value": 5}, "validation_failed"),
    ):
        answer = await customer.post(path, wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    actions = [
        one["action"]
        for one in (await customer.get("/audit-log", target=interview_id)).json()["data"]
    ]
    assert actions.count("score.override") == 4


async def test_the_recording_in_whole_and_in_part(world: World, customer: Customer) -> None:
    interview_id = (await customer.interview())["id"]
    path = f"/v1/interviews/{interview_id}/recording"
    early = await customer.http.get(path)
    assert (early.status_code, early.json()["code"]) == (404, "recording_missing")
    await world.happens(await completed(world.objects, interview_id))
    whole = bytes(range(256)) * 4000

    async def get(range_: str = "", **more: str) -> Any:
        headers = ({"Range": range_} if range_ else {}) | {
            name.replace("_", "-"): value for name, value in more.items()
        }
        return await customer.http.get(path, headers=headers)

    answer = await get()
    assert (answer.status_code, answer.content) == (200, whole)
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["accept-ranges"] == "bytes"
    size = len(whole)
    for asked, start, end in (
        ("bytes=0-99", 0, 100),
        ("bytes=300000-700000", 300_000, 700_001),
        ("bytes=1000000-", 1_000_000, size),
        ("bytes=-5", size - 5, size),
        ("bytes=5-99999999999", 5, size),
    ):
        part = await get(asked)
        assert (part.status_code, part.content) == (206, whole[start:end]), asked
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    for whole_again in ("bytes=9-3", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=-"):
        assert (await get(whole_again)).status_code == 200
    outside = await get(f"bytes={size}-")
    assert (outside.status_code, outside.json()["code"]) == (416, "range_not_satisfiable")
    assert outside.headers["content-range"] == f"bytes */{size}"
    assert (await get("bytes=0-9", If_Range='"other"')).status_code == 200
    assert (await get("bytes=0-9", If_Range=answer.headers["etag"])).status_code == 206
    head = await customer.http.head(path)
    assert (head.status_code, head.headers["content-length"]) == (200, str(size))


async def _admission_code(world: World, credential: str) -> str:
    try:
        await world.gateway.join.admit(credential)
    except Exception as error:
        return str(getattr(error, "code", error))
    return ""
