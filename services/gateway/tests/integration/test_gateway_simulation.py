"""The simulated candidate of test interviews, before a session that follows a script."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from itertools import count

import grpc
import numpy as np
import pytest

from viva.contracts.session.events.v1 import events_pb2 as events
from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.edge.dialling import GrpcSessionDialler
from viva.gateway.application.simulating import Simulations
from viva.gateway.domain.access import Mode
from viva.gateway.entrypoints.app import create_app
from viva.gateway.entrypoints.stream_edge import CandidateEdge
from viva.platform.errors import TransientError
from viva.testkit.scripted_session import ScriptedSession, ScriptedStream, attached

from .conftest import Customer, World
from .gateway_results import completed

QUESTIONS = ("warm_up", "q1")
PROMPT = (2000 * np.sin(np.arange(8_000) / 7)).astype("<i2").tobytes()


class TellingVoice:
    """A voice for tests: another loudness for each text, a fifth of a second for each word."""

    def __init__(self) -> None:
        self.spoken: dict[str, bytes] = {}
        self.away = True

    async def speak(self, text: str, voice: str) -> bytes:
        """A tone that tells the text; the first time it is away."""
        if self.away:
            self.away = False
            raise TransientError("the session service does not answer")
        level = 1000 + 500 * len(self.spoken)
        tone = np.full(3_200 * len(text.split()), level, dtype="<i2")
        return self.spoken.setdefault(text, tone.tobytes())


class _Uncounted:
    def opened(self) -> None:
        """Nobody counts here."""

    def closed(self, reason: str) -> None:
        """Nobody counts here."""

    def reattached(self) -> None:
        """Nobody counts here."""


@dataclass
class Interviewer:
    """Asks two questions; each answer is over when the room is quiet for half a second."""

    ended: str = "finished"

    async def __call__(self, stream: ScriptedStream) -> None:
        stream.say(attached=attached(1, base_position=0, resume_from=0, resume_fact=1))
        await stream.until_heard("command")
        for number, question in enumerate(QUESTIONS, start=1):
            stream.say(progress=_progress(pb.PHASE_SPEAKING, question))
            stream.say(utterance=pb.Utterance(epoch=1, number=number, pcm=PROMPT, caption="?"))
            await stream.until_heard("stopped", number)
            stream.say(progress=_progress(pb.PHASE_LISTENING, question))
            await stream.until(_is_over(len(stream.audio())), 20)
        stream.say(end=pb.End(reason=self.ended))


def _progress(phase: pb.Phase, question: str) -> pb.Progress:
    return pb.Progress(phase=phase, question_id=question, questions=1)


def _loud(pcm: bytes) -> bool:
    return bool(np.abs(np.frombuffer(pcm, dtype="<i2")).max() > 500)


def _is_over(since: int) -> Callable[[ScriptedStream], bool]:
    def over(stream: ScriptedStream) -> bool:
        heard = [_loud(pcm) for _, pcm in stream.audio()[since:]]
        return any(heard) and not any(heard[-25:])

    return over


@contextlib.asynccontextmanager
async def simulating(
    world: World, script: Callable[[ScriptedStream], Awaitable[None]]
) -> AsyncIterator[tuple[Customer, ScriptedSession, TellingVoice]]:
    """A customer with a test key, whose gateway simulates candidates."""
    async with ScriptedSession(script) as session:
        locator = grpc.aio.insecure_channel(session.address)
        join = world.gateway.join
        edge = CandidateEdge(
            join.admit, GrpcSessionDialler(locator), _Uncounted(), count(1).__next__
        )
        voice = TellingVoice()
        simulations = Simulations(voice, join, world.gateway.open_work, edge.carry, limit=1)
        world.app = create_app(world.gateway, edge, simulations)
        running = asyncio.create_task(simulations.run())
        try:
            yield await world.customer(mode=Mode.TEST, credits_given=0), session, voice
        finally:
            await edge.drain(2)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await locator.close()


async def test_a_test_interview_is_taken_by_a_simulated_candidate(world: World) -> None:
    async with simulating(world, Interviewer()) as (customer, session, voice):
        made = await customer.interview()
        answers = ["I like to help", "She was upset and I called her"]
        path = f"/interviews/{made['id']}/simulate"
        started = await customer.post(path, {"answers": answers})
        assert started.status_code == 202, started.text
        again = await customer.post(path)
        assert (again.status_code, again.json()["code"]) == (409, "simulation_running")
        another = (await customer.interview())["id"]
        full = await customer.post(f"/interviews/{another}/simulate")
        assert (full.status_code, full.headers["retry-after"]) == (429, "60")

        await world.happens(events.PromptsReady(interview_id=made["id"], attempt=1))
        stream = await session.stream()
        await stream.until(lambda s: s.ended, 30)
        assert stream.all("consent")[0].granted
        # Every prompt was heard to its end, and every frame followed on the one before.
        assert [said.heard for said in stream.all("stopped")] == [len(PROMPT) // 2] * 2
        facts = [
            getattr(m, str(m.WhichOneof("message"))).fact
            for m in stream.heard
            if m.WhichOneof("message") in {"consent", "command", "played", "stopped"}
        ]
        assert facts == list(range(1, len(facts) + 1))
        frames = stream.audio()
        assert [at for at, _ in frames] == list(range(0, 320 * len(frames), 320))
        heard = b"".join(pcm for _, pcm in frames)
        assert all(voice.spoken[text] in heard for text in answers)
        actions = (await customer.get("/audit-log", target=made["id"])).json()["data"]
        assert "interview.simulate" in {record["action"] for record in actions}


@pytest.mark.parametrize(("behaviour", "spoken"), [("drops", 2), ("silent", 0)])
async def test_what_does_not_go_well_can_be_tried(
    world: World, behaviour: str, spoken: int
) -> None:
    async with simulating(world, Interviewer()) as (customer, session, voice):
        made = await customer.interview()
        await world.happens(events.PromptsReady(interview_id=made["id"], attempt=1))
        answers = ["I like to help", "She was upset and I called her"]
        body = {"behaviour": behaviour, "answers": answers}
        assert (await customer.post(f"/interviews/{made['id']}/simulate", body)).status_code == 202
        stream = await session.stream()
        if behaviour == "drops":
            await stream.until_heard("detached")
        else:
            await stream.until(lambda s: len(s.audio()) > 100)
        heard = b"".join(pcm for _, pcm in stream.audio())
        assert sum(voice.spoken[text][:6_400] in heard for text in answers) == spoken
        assert voice.spoken[answers[1]] not in heard


async def test_who_may_not_have_one_is_told_why(world: World) -> None:
    async with simulating(world, Interviewer()) as (customer, _, _):
        live = await world.customer()
        refused = await live.post(f"/interviews/{(await live.interview())['id']}/simulate")
        assert (refused.status_code, refused.json()["code"]) == (403, "test_mode_only")
        over = (await customer.interview())["id"]
        await world.happens(await completed(world.objects, over))
        refused = await customer.post(f"/interviews/{over}/simulate")
        assert (refused.status_code, refused.json()["code"]) == (409, "interview_over")
        made = (await customer.interview())["id"]
        refused = await customer.post(f"/interviews/{made}/simulate", {"behaviour": "odd"})
        assert refused.json()["errors"][0]["pointer"] == "/behaviour"
