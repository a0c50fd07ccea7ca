"""Personas, frameworks, question sets."""

import asyncio
from typing import Any

from viva.gateway.entrypoints.schemas.documents.library import (
    FrameworkDocument,
    PersonaDocument,
    QuestionSetDocument,
)

from .conftest import Customer, World

Json = dict[str, Any]
ANCHORS = [{"level": 1, "text": "Low"}, {"level": 3, "text": "Fair"}, {"level": 5, "text": "High"}]
COMPETENCY: Json = {
    "key": "care",
    "name": "Care",
    "definition": "Takes care.",
    "weight": 1,
    "anchors": ANCHORS,
    "indicators": ["Checks twice"],
}
QUESTION: Json = {
    "text": "What did you do?",
    "competencies": ["care"],
    "thinking_time_s": 5,
    "answer_limit_s": 60,
    "follow_ups": [{"text": "And then?", "evidence": "result"}],
}


async def test_what_is_built_in_can_be_read_and_not_changed(customer: Customer) -> None:
    for path, name, model in (
        ("/personas", "ps_default", PersonaDocument),
        ("/frameworks", "fw_default", FrameworkDocument),
        ("/question-sets", "qs_default", QuestionSetDocument),
    ):
        (listed,) = (await customer.get(path)).json()["data"]
        model.model_validate(listed)
        assert (listed["id"], listed["built_in"]) == (name, True)
        read = (await customer.get(f"{path}/{name}")).json()
        assert read == listed
        body = {
            key: value
            for key, value in read.items()
            if key not in {"id", "object", "version", "built_in", "created_at"}
        }
        refused = await customer.http.put(f"/v1{path}/{name}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "built_in")
        made = await customer.post(path, body)  # what is shown is what can be sent
        assert made.status_code == 201, made.text


async def test_versions(world: World, customer: Customer) -> None:
    made = (await customer.post("/question-sets", {"name": "A", "questions": [QUESTION]})).json()
    QuestionSetDocument.model_validate(made)
    (question,) = made["questions"]
    assert question["id"] == "q1"
    assert question["follow_ups"][0]["id"] == "q1_f1"
    path = f"/question-sets/{made['id']}"
    changed = await customer.http.put(
        f"/v1{path}", json={"name": "B", "questions": [QUESTION, QUESTION]}
    )
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (await customer.get(path)).json()["name"] == "B"
    assert (await customer.get(path, version=1)).json()["name"] == "A"
    assert (await customer.get(path, version=3)).status_code == 404
    listed = (await customer.get("/question-sets")).json()["data"]
    assert [(one["id"], one["version"]) for one in listed if not one["built_in"]] == [
        (made["id"], 2)
    ]
    stranger = await world.customer()
    assert (await stranger.get(path)).status_code == 404
    assert (await customer.get(f"/personas/{made['id']}")).status_code == 404
    answer = await stranger.post(
        "/interviews", {"role": "r", "channel": "browser", "question_set": made["id"]}
    )
    assert answer.json()["code"] == "question_set_unknown"


def _with(**changes: Any) -> Json:
    return {"name": "F", "competencies": [COMPETENCY | changes]}


def _asking(**changes: Any) -> Json:
    return {"name": "Q", "questions": [QUESTION | changes]}


WRONG: list[tuple[str, Json, str]] = [
    ("/frameworks", {"name": "F", "competencies": []}, "/competencies"),
    ("/frameworks", {"name": "F", "competencies": [COMPETENCY] * 2}, "/competencies/1/key"),
    ("/frameworks", _with(anchors=ANCHORS[:2]), "/competencies/0/anchors"),
    ("/frameworks", _with(anchors=[*ANCHORS, ANCHORS[0]]), "/competencies/0/anchors"),
    (
        "/frameworks",
        _with(anchors=[ANCHORS[0], ANCHORS[1], {"level": 5, "text": " LOW "}]),
        "/competencies/0/anchors/2/text",
    ),
    (
        "/frameworks",
        _with(anchors=[*ANCHORS[:2], {"level": 5, "text": "  "}]),
        "/competencies/0/anchors/2/text",
    ),
    ("/frameworks", _with(weight=0), "/competencies/0/weight"),
    ("/frameworks", _with(weight="heavy"), "/competencies/0/weight"),
    ("/frameworks", _with(key="Not A Key"), "/competencies/0/key"),
    ("/frameworks", _with(indicators=["a", "A"]), "/competencies/0/indicators/1"),
    ("/question-sets", _asking(competencies=[]), "/questions/0/competencies"),
    ("/question-sets", _asking(warm_up=True), "/questions/0/competencies"),
    ("/question-sets", _asking(competencies=["care", "care"]), "/questions/0/competencies/1"),
    ("/question-sets", _asking(answer_limit_s=0), "/questions/0/answer_limit_s"),
    ("/question-sets", _asking(thinking_time_s=1e9), "/questions/0/thinking_time_s"),
    (
        "/question-sets",
        _asking(follow_ups=[{"text": "?", "evidence": "gossip"}]),
        "/questions/0/follow_ups/0/evidence",
    ),
    (
        "/question-sets",
        {"name": "Q", "questions": [QUESTION | {"id": "a"}] * 2},
        "/questions/1/id",
    ),
    (
        "/question-sets",
        {"name": "Q", "questions": [{"text": "Hi?", "warm_up": True}]},
        "/questions",
    ),
    ("/personas", {"name": "P", "language": "xx"}, "/language"),
    ("/personas", {"name": "P", "language": "not a language"}, "/language"),
    ("/personas", {"name": "P", "branding": {"accent_color": "red"}}, "/branding/accent_color"),
    ("/personas", {}, "/name"),
]


async def test_what_is_wrong_is_named(customer: Customer) -> None:
    for path, body, pointer in WRONG:
        answer = await customer.post(path, body)
        problem = answer.json()
        assert answer.status_code == 422, (body, problem)
        assert pointer in [found["pointer"] for found in problem["errors"]], (body, problem)
    persona = (await customer.post("/personas", {"name": "P", "language": "xx"})).json()
    assert persona["code"] == "language_unavailable"
    assert "en" in persona["detail"]


async def test_two_updates_at_once_are_two_versions_or_a_conflict(customer: Customer) -> None:
    made = (await customer.post("/personas", {"name": "P"})).json()
    path = f"/v1/personas/{made['id']}"
    answers = await asyncio.gather(
        *(customer.http.put(path, json={"name": f"P{number}"}) for number in range(6))
    )
    versions = [answer.json()["version"] for answer in answers if answer.status_code == 200]
    assert sorted(versions) == list(range(2, 2 + len(versions)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    read = (await customer.get(f"/personas/{made['id']}")).json()
    assert read["version"] == max(versions)
