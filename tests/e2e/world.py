"""What a test sees from outside: a running Viva, its API, its webhooks, its public topic."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.e2e.phones import Phones, opened_phones
from tests.e2e.results_topic import ResultsTopic
from tests.e2e.spans import Spans
from viva.audio.models import ModelStore
from viva.audio.speech import Synthesizer
from viva.testkit.api import Api, Json
from viva.testkit.candidate.script import Answer
from viva.testkit.candidate.voice import Voice
from viva.testkit.phone.ear import INTERVIEWER_VOICE
from viva.testkit.stack import Stack
from viva.testkit.webhook_sink import WebhookSink

HOOKS = "/hooks"


@dataclass
class World:
    """One Viva with everything that listens to it.

    Attributes:
        endpoint: the registered webhook endpoint, with its secret.
        phones: the telephone network, with whom can be called.
        interviewer: renders what the interviewer asks, for who has to know it by ear.
    """

    stack: Stack
    api: Api
    sink: WebhookSink
    results: ResultsTopic
    spans: Spans
    voice: Voice
    endpoint: Json
    phones: Phones
    interviewer: Voice

    async def webhooks(self, interview_id: str, kind: str, timeout_s: float = 30) -> list[Any]:
        """Waits for the endpoint's webhooks of one type; gives all of that type."""
        return list(
            await self.sink.until(
                lambda: [
                    found
                    for found in self.sink.of(interview_id, HOOKS)
                    if found.payload["type"] == kind
                ],
                timeout_s,
                kind,
            )
        )

    def stored_objects(self, interview_id: str) -> list[str]:
        """Keys of the interview's objects, whoever stored them."""
        folder = self.stack.folder / "home" / "objects"
        return sorted(
            str(path.relative_to(folder)) for path in folder.rglob("*") if interview_id in str(path)
        )


@asynccontextmanager
async def running_world(
    spoken: Iterable[Answer] = (),
    asked: Iterable[Answer] = (),
    *,
    kafka_home: Path | None = None,
) -> AsyncIterator[World]:
    """Starts a Viva and what listens to it.

    Args:
        spoken: what candidates will say; rendered meanwhile.
        asked: what they must know by ear when the interviewer says it.
    """
    async with AsyncExitStack() as opened:
        spans = await opened.enter_async_context(Spans())
        phones = await opened.enter_async_context(opened_phones(rough=True))
        stack = Stack(
            kafka_home=kafka_home,
            environment={
                "VIVA_OTLP_ENDPOINT": spans.url,
                "VIVA_GATEWAY_REQUESTS_PER_MINUTE": "100000",
                # Services that were killed may be slow to come back here: results are waited for.
                "VIVA_SESSION_STAGE_DEADLINE_S": "400",
            },
        )
        stack.add_environment(phones.settings(stack.ports["telephony"][0]))
        opened.push_async_callback(asyncio.to_thread, stack.stop)
        make = cache(lambda: Synthesizer(ModelStore(), threads=2))
        voice, interviewer = Voice(make), Voice(make, voice=INTERVIEWER_VOICE)

        def render() -> None:
            voice.prepare(spoken)
            interviewer.prepare(asked)

        await asyncio.gather(asyncio.to_thread(stack.start), asyncio.to_thread(render))
        sink = await opened.enter_async_context(WebhookSink())
        results = await opened.enter_async_context(
            ResultsTopic(stack.settings()["VIVA_KAFKA_BOOTSTRAP"])
        )
        api = await opened.enter_async_context(stack.api())
        endpoint = await api.call("POST", "/v1/webhook-endpoints", json={"url": sink.url + HOOKS})
        yield World(stack, api, sink, results, spans, voice, endpoint, phones, interviewer)
