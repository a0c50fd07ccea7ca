"""A verdict is computed again by the real scoring service: the same bytes, or what differs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from viva.audio.models import ModelStore
from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.scoring.events.v1.events_pb2 import InterviewScored
from viva.contracts.session.events.v1 import events_pb2 as events
from viva.gateway.commands import ready_lines
from viva.gateway.entrypoints.schemas.explanations import ExplanationDocument, RescoreDocument
from viva.gateway.service import service
from viva.gateway.settings import GatewaySettings
from viva.platform.embedded.broker import free_port
from viva.platform.objects import Objects
from viva.platform.run import find_service
from viva.platform.service import Runtime
from viva.platform.settings import PlatformSettings, load
from viva.testkit.events import Events, eventually

from .gateway_results import ref

pytestmark = pytest.mark.skipif(
    not ModelStore().is_present("sentence_embedding"), reason="run: viva models pull"
)
SAID = (
    "Last year a customer called because her parcel was lost twice. I listened first, then I "
    "called the carrier, and I sent a replacement the same day. She stayed with us, and she left "
    "a five star review.",
    "In March our ticket system lost attachments. I compared good tickets with broken ones, I "
    "found special characters in the file names, and I told the developers. Complaints fell from "
    "thirty a week to zero.",
)
OTHERS = 3


@dataclass
class Running:
    """The gateway and scoring."""

    http: httpx.AsyncClient
    events: Events
    objects: Objects
    scoring: Runtime

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.http.request(method, f"/v1{path}", json=body)

    async def ordered(self) -> Any:
        answer = await self.call("POST", "/interviews", {"role": "Agent", "channel": "browser"})
        return answer.json()

    async def judged(self, change: Any = None) -> str:
        """An interview whose verdict the real scoring service made; gives its id."""
        interview_id = str((await self.ordered())["id"])
        stored = ref(await self.objects.put(f"interviews/{interview_id}/1/bundle.pb", bundle()))
        ready = events.InterviewReady(interview_id=interview_id, attempt=1, bundle=stored)
        await self.events.publish(ready, interview_id)
        (scored,) = await self.events.expect(InterviewScored, interview_id)
        if change:
            change(scored.score)
        verdict = events.InterviewCompleted(
            interview_id=interview_id,
            attempt=1,
            status=events.VERDICT_STATUS_COMPLETED,
            score=scored.score,
            bundle=stored,
            chargeable=True,
        )
        await self.events.publish(verdict, interview_id)

        async def there() -> bool:
            read = (await self.call("GET", f"/interviews/{interview_id}")).json()
            return bool(read["status"] == "completed")

        await eventually(there, timeout_s=60)
        return interview_id


def bundle() -> bytes:
    """Two answers; three words at the end of the second were somebody else's."""
    competency = common.Competency(key="problem_solving", name="Problem solving", weight=1)
    content = common.InterviewBundle(attempt=1, questions_planned=2, questions_answered=2)
    content.spec.framework.competencies.append(competency)
    for number, text in enumerate(SAID):
        words = text.split()
        part = content.answers.add()
        part.answer.CopyFrom(
            common.AnswerContext(
                interview_id="iv_any",
                answer_id=f"ans_{number}",
                revision=1,
                question_index=number,
                question_id=f"q{number}",
                question_text="Tell me about a problem that you solved.",
                language="en",
                competencies=[competency],
            )
        )
        part.transcript.language = "en"
        part.transcript.filled_pauses.add(start_ms=900, end_ms=1200)
        for place, word in enumerate(words):
            part.transcript.words.add(
                text=word,
                start_ms=place * 330,
                end_ms=place * 330 + 300,
                confidence=0.9,
                dropped=bool(number) and place >= len(words) - OTHERS,
            )
    return content.SerializeToString(deterministic=True)


@pytest_asyncio.fixture
async def running(
    platform_settings: PlatformSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> AsyncIterator[Running]:
    port = free_port()
    monkeypatch.setenv("VIVA_SCORING_GRPC_PORT", str(port))
    monkeypatch.setenv("VIVA_SCORING_HTTP_PORT", "0")
    monkeypatch.setenv("VIVA_HOME", str(tmp_path / "home"))
    platform = platform_settings.model_copy(update={"scoring_target": f"127.0.0.1:{port}"})
    found = find_service("scoring")
    scoring = Runtime(found, platform, load(found.settings))
    gateway = Runtime(service, platform, GatewaySettings(http_port=0))
    await scoring.start()
    await gateway.start()
    (line,) = await ready_lines(platform)
    try:
        async with (
            httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{gateway.http_port}",
                headers={"Authorization": f"Bearer {line.split()[-1]}"},
                timeout=90,
            ) as client,
            Events(platform) as sent,
        ):
            yield Running(client, sent, gateway.objects(), scoring)
    finally:
        for runtime in (gateway, scoring):
            await runtime.drain()
            await runtime.stop()


def _as_of_another_release(score: common.InterviewScore) -> None:
    score.overall -= 7
    score.models[0].version = "1999.1"


def _framework(low: str, middle: str, high: str) -> Any:
    competency = {
        "key": "safety",
        "name": "Safety",
        "definition": "Works safely.",
        "weight": 1,
        "anchors": [
            {"level": level, "text": text} for level, text in ((1, low), (3, middle), (5, high))
        ],
    }
    return {"name": "Warehouse", "competencies": [competency]}


SOUND = _framework(
    "Ignores safety rules to save time.",
    "Follows safety rules and wears protective equipment.",
    "Follows safety rules, spots hazards, reports them at once, and trains colleagues.",
)
NEW = _framework(
    "Ignores safety rules to save time.",
    "Follows safety rules and wears protective equipment.",
    "Follows safety rules, spots hazards, reports them at once, and trains new colleagues.",
)
ALIKE = _framework("Works safely.", "Works in a safe way.", "Works safely at all times.")


async def _frameworks_are_looked_at(running: Running) -> str:
    made = await running.call("POST", "/frameworks", SOUND)
    assert made.status_code == 201, made.text
    path = f"/frameworks/{made.json()['id']}"
    for refused, pointer in (
        (await running.call("POST", "/frameworks", ALIKE), ""),
        (await running.call("PUT", path, ALIKE), ""),
        (await running.call("POST", "/interviews", _ordering(ALIKE)), "/framework"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (422, "anchors_indistinct")
        (problem,) = refused.json()["errors"]
        assert problem["pointer"] == f"{pointer}/competencies/0/anchors"
        assert problem["detail"].startswith("these anchors cannot be told apart")
    assert (await running.call("GET", path)).json()["version"] == 1
    return str(made.json()["id"])


def _ordering(framework: Any) -> Any:
    questions = [{"text": "When did you stop unsafe work?", "competencies": ["safety"]}]
    return {
        "role": "Loader",
        "channel": "browser",
        "framework": framework,
        "question_set": {"name": "Q", "questions": questions},
    }


async def test_a_verdict_is_replayed_compared_and_gone_after_erasure(running: Running) -> None:
    interview_id = await running.judged()
    path = f"/interviews/{interview_id}"
    answer = await running.call("POST", f"{path}/rescore")
    assert answer.status_code == 200, answer.text
    replay = answer.json()
    RescoreDocument.model_validate(replay)
    assert replay["identical"] is True
    assert replay["stored"] == replay["recomputed"]
    assert (replay["differences"], replay["changed_versions"]) == ([], [])
    assert "CPython" in replay["stored"]["runtime"]

    explained = (await running.call("GET", f"{path}/explanation")).json()
    ExplanationDocument.model_validate(explained)
    assert explained["origin"] == replay["stored"]
    assert {one["name"] for one in explained["language_features"]} > {"pauses_per_minute"}
    first, second = explained["answers"]
    assert first["filled_pauses"] == [{"start_ms": 900, "end_ms": 1200}]
    assert [word["text"] for word in second["dropped_words"]] == SAID[1].split()[-OTHERS:]
    others = explained["with_dropped_words"]
    assert others["words"] == OTHERS
    assert others["competencies"]["problem_solving"] is not None
    questions = explained["findings"]["problem_solving"]
    assert [one["question_id"] for one in questions] == ["q0", "q1"]
    for one in questions:
        assert sum(feature["value"] for feature in one["features"]) > 0

    other = await running.judged(_as_of_another_release)
    replay = (await running.call("POST", f"/interviews/{other}/rescore")).json()
    RescoreDocument.model_validate(replay)
    assert replay["identical"] is False
    assert replay["stored"]["sha256"] != replay["recomputed"]["sha256"]
    (changed,) = replay["changed_versions"]
    assert (changed["name"], changed["stored"]["version"]) == ("viva-scoring", "1999.1")
    (difference,) = replay["differences"]
    assert difference["pointer"] == "/overall"
    assert difference["recomputed"] - difference["stored"] == 7
    # Nothing that was given is changed by it.
    again = (await running.call("POST", f"/interviews/{other}/rescore")).json()
    assert again == replay

    erased = await running.call("DELETE", path)
    assert erased.json()["status"] == "erased"
    gone = await running.call("POST", f"{path}/rescore")
    assert (gone.status_code, gone.json()["code"]) == (410, "interview_erased")

    stored = await _frameworks_are_looked_at(running)
    await running.scoring.drain()
    await running.scoring.stop()
    untaken = await running.call("POST", "/frameworks", NEW)
    assert (untaken.status_code, untaken.json()["code"]) == (503, "unavailable")
    for order in (_ordering(NEW), _ordering(ALIKE)):
        assert (await running.call("POST", "/interviews", order)).status_code == 503
    # What was found good before needs nobody, nor does what is stored.
    for framework in (SOUND, stored):
        ordered = await running.call("POST", "/interviews", _ordering(framework))
        assert ordered.status_code == 201, ordered.text
    listed = (await running.call("GET", "/frameworks")).json()["data"]
    assert sorted(one["name"] for one in listed) == ["Customer support", "Warehouse"]
    away = await running.call("POST", f"/interviews/{other}/rescore")
    assert away.status_code == 503
    assert away.headers["content-type"] == "application/problem+json"
