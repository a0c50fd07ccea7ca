"""The gateway's API on a real database, with events handed to it as the broker would."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio
from google.protobuf.message import Message
from sqlalchemy import select

from viva.contracts.catalogue import message_type
from viva.contracts.session.events.v1 import events_pb2 as events
from viva.contracts.telephony.events.v1 import events_pb2 as telephony
from viva.gateway.adapters.work import SqlWork, open_work
from viva.gateway.application import call_projecting, keyring
from viva.gateway.application.answering_once import Answers
from viva.gateway.application.context import Context, Policy
from viva.gateway.application.crediting import top_up
from viva.gateway.application.curating import store_built_in
from viva.gateway.application.join import JoinDesk
from viva.gateway.application.keyring import IssueKey
from viva.gateway.application.ports import Work
from viva.gateway.application.projecting import Cause, Projector
from viva.gateway.domain.access import Mode, Scope
from viva.gateway.domain.interview import Keeper
from viva.gateway.domain.library import AnchorCheck, Framework
from viva.gateway.entrypoints.app import create_app
from viva.gateway.entrypoints.rate import RateLimit
from viva.gateway.entrypoints.state import Gateway
from viva.gateway.settings import GatewaySettings
from viva.platform.db import Database
from viva.platform.db.tables import outbox
from viva.platform.errors import TransientError
from viva.platform.ids import UlidIds, new_id
from viva.platform.objects import Objects
from viva.platform.sealing import Sealer
from viva.testkit.clock import FakeClock

Json = dict[str, Any]
SMALLEST: Json = {"role": "Customer support agent", "channel": "browser"}
PUBLIC_URL = "https://viva.test"
CALLS: dict[type[Message], Callable[[Work, Any], Awaitable[None]]] = {
    telephony.CallAnswered: call_projecting.answered,
    telephony.CallPostponed: call_projecting.postponed,
    telephony.CallEnded: call_projecting.ended,
    telephony.CallFailed: call_projecting.failed,
}


class Away:
    """A service while it is away."""

    def __getattr__(self, name: str) -> Any:
        async def unanswered(*_: Any) -> None:
            raise TransientError("it does not answer")

        return unanswered


class TakingScoring(Away):
    """Scoring that finds every framework good, and is away for the rest."""

    async def check(self, framework: Framework) -> list[AnchorCheck]:
        return [AnchorCheck(one.key, 12, 12, True) for one in framework.competencies]


@dataclass
class Customer:
    """A tenant with a client of the API."""

    tenant_id: str
    secret: str
    http: httpx.AsyncClient

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(f"/v1{path}", json=body, headers=names)

    async def patch(self, path: str, body: Any) -> httpx.Response:
        return await self.http.patch(f"/v1{path}", json=body)

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(f"/v1{path}")

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(f"/v1{path}", params=query)

    async def interview(self, **more: Any) -> Json:
        answer = await self.post("/interviews", SMALLEST | more)
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    async def read(self, interview_id: str, **query: Any) -> Json:
        answer = await self.get(f"/interviews/{interview_id}", **query)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def credits(self) -> tuple[int, int]:
        found = (await self.get("/credits")).json()
        return found["balance"], found["reserved"]


@dataclass
class World:
    """The gateway without its broker."""

    database: Database
    objects: Objects
    clock: FakeClock
    gateway: Gateway
    projector: Projector
    app: Any
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    async def customer(
        self,
        *,
        tenant: str = "",
        credits_given: int = 10,
        mode: Mode = Mode.LIVE,
        scopes: frozenset[Scope] = frozenset({Scope.ADMIN}),
    ) -> Customer:
        tenant = tenant or new_id("ten")
        context = self.gateway.context
        async with self.gateway.open_work() as work:
            issued = await keyring.issue(work, context, IssueKey(tenant, "Tests", mode, scopes))
            if credits_given:
                await top_up(
                    work, context, tenant, credits_given, event_id=new_id("evt"), note="gift"
                )
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://gateway",
            headers={"Authorization": f"Bearer {issued.secret}"},
        )
        self.clients.append(client)
        return Customer(tenant, issued.secret, client)

    async def anybody(self) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://gateway"
        )
        self.clients.append(client)
        return client

    async def exchange(self, join_url: str) -> httpx.Response:
        token = join_url.partition("#t=")[2]
        return await (await self.anybody()).post("/v1/join/exchange", json={"token": token})

    async def happens(self, event: Message, event_id: str = "") -> None:
        """Hands an event to its handler, in a transaction of its own."""
        cause = Cause(event_id or new_id("evt"))
        async with self.database.unit_of_work() as unit:
            await self._handle(SqlWork(unit), event, cause)

    async def _handle(self, work: Work, event: Any, cause: Cause) -> None:
        projector = self.projector
        match event:
            case events.PromptsReady():
                await projector.prompts_ready(work, event)
            case events.InterviewStarted():
                await projector.started(work, event)
            case events.ConversationEnded():
                await projector.conversation_ended(work, event)
            case events.InterviewCompleted():
                await projector.completed(work, event, cause)
            case events.InterviewFailed():
                await projector.failed(work, event, cause)
            case events.InterviewExpired():
                await projector.expired(work, event, cause)
            case events.InterviewCancelled():
                await projector.cancelled(work, event, cause)
            case events.InterviewReinvited():
                await projector.reinvited(work, event, cause)
            case events.InterviewReinviteRefused():
                await projector.reinvite_refused(work, event, cause)
            case _:
                await CALLS[type(event)](work, event)

    async def erased_at(self, keeper: Keeper, interview_id: str) -> None:
        """A service says that nothing is left there."""
        async with self.database.unit_of_work() as unit:
            await self.projector.erased(SqlWork(unit), interview_id, keeper)

    async def emitted(self, interview_id: str) -> list[tuple[str, Any]]:
        """What the outbox holds of an interview: (type, message or JSON), in order."""
        async with self.database.unit_of_work() as unit:
            rows = (
                await unit.session.execute(
                    select(outbox)
                    .where(outbox.c.aggregate_id == interview_id)
                    .order_by(outbox.c.sequence)
                )
            ).mappings()
            return [(row["event_type"], _decoded(row)) for row in rows]

    async def published(self, interview_id: str) -> list[tuple[str, Json]]:
        """What the public topic gets."""
        return [found for found in await self.emitted(interview_id) if "viva." not in found[0]]


def _decoded(row: Any) -> Any:
    if row["content_type"] == "application/json":
        return httpx.Response(200, content=row["payload"]).json()
    return message_type(row["event_type"]).FromString(row["payload"])


def policy(settings: GatewaySettings) -> Policy:
    return Policy(
        languages=settings.languages,
        voices=settings.voices,
        phone_available=settings.phone_trunk_configured,
        public_url=PUBLIC_URL,
        link_lifetime=timedelta(hours=settings.link_lifetime_hours),
        longest_lifetime=timedelta(hours=settings.longest_link_lifetime_hours),
        longest_interview=timedelta(seconds=settings.longest_interview_s),
    )


@asynccontextmanager
async def world_of(
    database_url: str, objects: Objects, clock: FakeClock, settings: GatewaySettings
) -> AsyncIterator[World]:
    database = Database(
        database_url, "gateway", migrations="viva.gateway.migrations", clock=clock, pool_size=10
    )
    await database.start()
    open_unit = open_work(database)
    sealer = Sealer((bytes(32),), "phone") if settings.phone_trunk_configured else None
    context = Context(clock, UlidIds(), policy(settings), sealer)
    async with open_unit() as work:
        await store_built_in(work)
    gateway = Gateway(
        open_work=open_unit,
        context=context,
        join=JoinDesk(open_unit, context.now, timedelta(hours=1)),
        answers=Answers(open_unit, context),
        objects=objects,
        notifications=Away(),
        scoring=TakingScoring(),
        rate_limit=RateLimit("key", settings.requests_per_minute, 60, clock),
        join_rate_limit=RateLimit("join", settings.joins_per_minute, 60, clock),
        max_body_bytes=settings.max_body_bytes,
    )
    app = create_app(gateway)
    world = World(database, objects, clock, gateway, Projector(context, objects), app)
    try:
        yield world
    finally:
        for client in world.clients:
            await client.aclose()
        await database.stop()


@pytest_asyncio.fixture
async def world(database_url: str, objects: Objects, clock: FakeClock) -> AsyncIterator[World]:
    """The gateway with its usual settings."""
    async with world_of(database_url, objects, clock, GatewaySettings()) as made:
        yield made


@pytest_asyncio.fixture
async def customer(world: World) -> Customer:
    """A tenant with ten credits and an admin key."""
    return await world.customer()
