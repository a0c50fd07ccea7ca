"""Calibration by the customer, from the raters' CSV to a version that scores with their weights."""

import random
from typing import Any

import httpx
import pytest

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.contracts.scoring.v1 import scoring_pb2
from viva.gateway.domain.access import Scope
from viva.gateway.entrypoints.schemas.calibration import CalibrationDocument, RatingsDocument
from viva.scoring.application.calibrate import calibrate
from viva.scoring.entrypoints import calibrations

from .conftest import Customer, TakingScoring, World
from .gateway_results import completed

Json = dict[str, Any]
HEAD = "interview_id,competency,rater,level,blind"
TRUTH = {"own_action": 0.5, "result": 2.5, "situation": 1.0}
PEOPLE = 104


class FittingScoring(TakingScoring):
    """Fits with scoring's own code; the channel between has its own tests."""

    async def calibrate(self, rated: scoring_pb2.CalibrateRequest) -> scoring_pb2.CalibrateResponse:
        found = calibrate(calibrations.command(rated))
        return scoring_pb2.CalibrateResponse(competencies=[calibrations.fit(one) for one in found])


async def own_framework(customer: Customer) -> Json:
    built_in = (await customer.get("/frameworks/fw_default")).json()
    body = {key: built_in[key] for key in ("name", "competencies")}
    made: Json = (await customer.post("/frameworks", body)).json()
    return made


async def judged(world: World, customer: Customer, points: dict[str, float]) -> str:
    """A finished interview in whose one question this was found."""
    interview_id = str((await customer.interview())["id"])
    event = await completed(world.objects, interview_id)
    (communication, *_) = event.score.competencies
    communication.score = min(100.0, sum(points.values()))
    communication.questions.add(
        question_id="q1",
        features=[common.Feature(name=name, value=value) for name, value in points.items()],
        cap=100,
    )
    await world.happens(event)
    return interview_id


def evidence(chance: random.Random) -> dict[str, float]:
    return {
        "own_action": chance.choice([13.0, 23.0, 30.0]),
        "result": chance.choice([0.0, 14.0]),
        "situation": chance.choice([0.0, 10.0]),
    }


def level(points: dict[str, float], chance: random.Random) -> float:
    true = sum(TRUTH[code] * value for code, value in points.items()) + chance.gauss(0, 4)
    return round(1 + min(100.0, max(0.0, true)) / 25, 1)


async def send(customer: Customer, framework: str, text: str | bytes) -> httpx.Response:
    return await customer.http.put(
        f"/v1/frameworks/{framework}/ratings.csv",
        content=text,
        headers={"Content-Type": "text/csv"},
    )


async def specified(world: World, interview_id: str) -> common.Competency:
    """The first competency as the interview's event tells it."""
    (_, created) = (await world.emitted(interview_id))[0]
    assert isinstance(created, gateway_events.InterviewCreated)
    return created.spec.framework.competencies[0]


async def test_from_ratings_to_a_version_that_scores_with_them(world: World) -> None:
    object.__setattr__(world.gateway, "scoring", FittingScoring())
    customer = await world.customer(credits_given=500)
    framework = (await own_framework(customer))["id"]
    path = f"/frameworks/{framework}"
    chance = random.Random(3)
    lines = []
    for number in range(PEOPLE):
        points = evidence(chance)
        interview_id = await judged(world, customer, points)
        lines += [
            f"{interview_id},communication,{rater},{level(points, chance)},yes,a note"
            for rater in (("r1", "r2") if number < 31 else ("r1",))
        ]
    vacant = await customer.interview(framework=framework, vacancy="V-1")

    stored = await send(customer, framework, "\n".join([HEAD + ",notes", *lines[:40]]))
    assert stored.status_code == 200, stored.text
    refused = await customer.post(f"{path}/calibrations")
    assert (refused.status_code, refused.json()["code"]) == (422, "too_few_ratings")
    assert refused.json()["errors"][0]["pointer"] == "/competencies/communication"

    stored = await send(customer, framework, "\n".join([HEAD + ",notes", *lines]))
    RatingsDocument.model_validate(stored.json())
    (counted, *others) = stored.json()["competencies"]
    assert counted == {
        "key": "communication",
        "candidates": PEOPLE,
        "double_rated": 31,
        "raters": 2,
        "not_blind": 0,
        "enough": True,
    }
    assert not any(one["enough"] for one in others)

    told = {"interview_id": lines[0].split(",")[0], "sex": "female"}
    await customer.http.put("/v1/bias-audit/demographics", json={"records": [told]})
    made = await customer.post(f"{path}/calibrations")
    assert made.status_code == 201, made.text
    calibration = made.json()
    CalibrationDocument.model_validate(calibration)
    (fit,) = calibration["report"]["competencies"]
    assert fit["factors"]["result"] > 1.5 > 0.9 > fit["factors"]["own_action"]
    assert fit["agreement"]["pearson"] > max(0.85, fit["agreement_as_shipped"]["pearson"])
    assert [one["rater"] for one in fit["raters"]] == ["r1", "r2"]
    impact = calibration["report"]["impact"]
    groups = {line["group"]: line["count"] for line in impact["after"][0]["lines"]}
    assert groups == {"female": 1, "unknown": PEOPLE - 1}
    # Of one person only that there is one.
    for table in (*impact["before"], *impact["after"]):
        small = [line for line in table["lines"] if line["small"]]
        assert [line["count"] for line in small] == [1] * (table["division"] == "sex")
        assert all(line["favoured"] is line["rate"] is line["ratio"] is None for line in small)
    assert impact["after"][0]["lines"][1]["rate"] is not None
    assert "iv_" not in made.text
    again = (await customer.post(f"{path}/calibrations")).json()
    assert again["report"] == calibration["report"]

    # Nobody is scored by it yet.
    before = await customer.interview(framework=framework)
    assert before["versions"]["framework"]["version"] == 1
    assert not (await specified(world, before["id"])).HasField("calibration")
    url = f"{path}/calibrations/{calibration['id']}/activate"
    # Who keeps the library sees the report without impact, and may activate it.
    curator = await world.customer(
        tenant=customer.tenant_id,
        credits_given=0,
        scopes=frozenset({Scope.LIBRARY_READ, Scope.LIBRARY_WRITE}),
    )
    hidden = {"impact": None, "impact_null_reason": "bias_audit_scope_missing"}
    (_, seen) = (await curator.get(f"{path}/calibrations")).json()["data"]
    CalibrationDocument.model_validate(seen)
    assert seen == calibration | {"report": calibration["report"] | hidden}
    fitted = await curator.post(f"{path}/calibrations")
    assert fitted.json()["report"] == seen["report"]
    activated = (await curator.post(url)).json()
    assert activated["report"] == seen["report"]
    active = (await customer.post(url)).json()
    assert active["report"] == calibration["report"]
    assert (active["activated_version"], active["framework_version"]) == (2, 1)
    assert (await customer.post(url)).json() == active
    after = await customer.interview(framework=framework)
    assert after["versions"]["framework"]["version"] == 2
    carried = (await specified(world, after["id"])).calibration
    assert (carried.id, carried.candidates, carried.raters) == (calibration["id"], PEOPLE, 2)
    assert {one.code: one.factor for one in carried.factors} == fit["factors"]
    assert (await customer.read(before["id"]))["versions"]["framework"]["version"] == 1

    # One version a vacancy: the candidates of one that has begun are scored as its first was.
    second = await customer.interview(framework=framework, vacancy="V-1")
    assert vacant["versions"]["framework"] == second["versions"]["framework"]
    assert second["vacancy"] == "V-1"
    assert not (await specified(world, second["id"])).HasField("calibration")
    fresh = await customer.interview(framework=framework, vacancy="V-2")
    assert fresh["versions"]["framework"]["version"] == 2
    other = await customer.post(
        "/interviews", {"role": "Agent", "channel": "browser", "vacancy": "V-1"}
    )
    assert (other.status_code, other.json()["code"]) == (422, "vacancy_framework")

    # Another name or weight keeps the fit; another anchor is another competency.
    shown = (await customer.get(path)).json()
    body = {key: shown[key] for key in ("name", "competencies")}
    body["competencies"][0]["weight"] = 7
    await customer.http.put(f"/v1{path}", json=body)
    weighed = await customer.interview(framework=framework)
    assert (await specified(world, weighed["id"])).HasField("calibration")
    body["competencies"][0]["anchors"][0]["text"] = "Shouts at the listener."
    await customer.http.put(f"/v1{path}", json=body)
    changed = await customer.interview(framework=framework)
    assert not (await specified(world, changed["id"])).HasField("calibration")
    refused = await customer.post(f"{path}/calibrations/{again['id']}/activate")
    assert (refused.status_code, refused.json()["code"]) == (409, "framework_changed")
    refused = await customer.post(f"{path}/calibrations")
    assert "asked_otherwise" in refused.json()["detail"]

    # What people wrote of a candidate goes with the candidate.
    await customer.delete(f"/interviews/{lines[0].split(',')[0]}")
    left = (await customer.get(f"{path}/ratings")).json()["competencies"][0]
    assert (left["candidates"], left["double_rated"]) == (PEOPLE - 1, 30)
    listed = (await customer.get(f"{path}/calibrations")).json()["data"]
    assert {one["id"] for one in listed} == {calibration["id"], again["id"], fitted.json()["id"]}
    log = (await customer.get("/audit-log", target=framework)).json()["data"]
    assert [one["details"]["impact"] for one in log if one["action"] == "calibration.list"] == [
        "shown"
    ]


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("interview_id,competency,level\n{id},communication,3", "#line/1"),
        (HEAD + "\n{id},communication,r1,9,yes", "#line/2/level"),
        (HEAD + "\n{id},communication,r1,high,yes", "#line/2/level"),
        (HEAD + "\n{id},communication,r1,nan,yes", "#line/2/level"),
        (HEAD + "\n{id},communication,,3,yes", "#line/2/rater"),
        (HEAD + "\n{id},communication,r1,3,perhaps", "#line/2/blind"),
        (HEAD + "\n{id},communication,r1,3,yes\n{id},charm,r1,3,yes", "#line/3"),
        (HEAD + "\n{id},communication,r1,3,yes\n{id},communication,r1,4,yes", "#line/3"),
        (HEAD + "\niv_unknown,communication,r1,3,yes", "#line/2"),
        (HEAD + '\n{id},"communication,r1,3,yes', "#line/2"),
        (HEAD, "#line/2"),
        ("", "#line/1"),
        (b"interview_id\n\xff\xfe", "#line/2"),
    ],
)
async def test_a_wrong_csv_is_told_by_line(
    customer: Customer, text: str | bytes, pointer: str
) -> None:
    framework = (await own_framework(customer))["id"]
    interview_id = (await customer.interview())["id"]
    sent = text if isinstance(text, bytes) else text.replace("{id}", interview_id)
    answer = await send(customer, framework, sent)
    assert answer.status_code == 422, answer.text
    assert pointer in [one["pointer"] for one in answer.json()["errors"]]
    counted = (await customer.get(f"/frameworks/{framework}/ratings")).json()
    assert all(one["candidates"] == 0 for one in counted["competencies"])


async def test_what_is_not_blind_and_what_is_built_in_does_not_count(customer: Customer) -> None:
    framework = (await own_framework(customer))["id"]
    interview_id = (await customer.interview())["id"]
    rating = {
        "interview_id": interview_id,
        "competency": "ownership",
        "rater": "r1",
        "level": 3,
        "blind": False,
    }
    url = f"/v1/frameworks/{framework}/ratings"
    stored = (await customer.http.put(url, json={"ratings": [rating]})).json()
    ownership = next(one for one in stored["competencies"] if one["key"] == "ownership")
    assert (ownership["candidates"], ownership["not_blind"]) == (0, 1)
    built_in = await customer.http.put(
        "/v1/frameworks/fw_default/ratings", json={"ratings": [rating]}
    )
    assert (built_in.status_code, built_in.json()["code"]) == (409, "built_in")
    wrong = await customer.http.put(url, content="a,b", headers={"Content-Type": "text/csv"})
    assert wrong.status_code == 415
    inline = {"name": "F", "competencies": (await customer.get("/frameworks/fw_default")).json()}
    inline["competencies"] = inline["competencies"]["competencies"][:1]
    refused = await customer.post(
        "/interviews",
        {
            "role": "Agent",
            "channel": "browser",
            "framework": inline,
            "question_set": {
                "name": "Q",
                "questions": [{"text": "Why?", "competencies": ["communication"]}],
            },
            "vacancy": "V",
        },
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "vacancy_framework")
