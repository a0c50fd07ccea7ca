"""The one table, and errors that come back over gRPC as what they were."""

import asyncio
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from viva.contracts.notification.v1 import webhooks_pb2 as webhooks
from viva.contracts.notification.v1 import webhooks_pb2_grpc as webhooks_grpc
from viva.contracts.session.v1 import conversation_pb2 as session
from viva.contracts.session.v1 import conversation_pb2_grpc as session_grpc
from viva.platform.clock import SystemClock
from viva.platform.embedded.broker import free_port
from viva.platform.errors import (
    TREATMENTS,
    BackpressureError,
    DomainError,
    FieldError,
    InvalidError,
    KafkaAction,
    NotFoundError,
    TransientError,
    VivaError,
    treatment,
)
from viva.platform.grpc import Channels, GrpcServer
from viva.platform.grpc.client import is_idempotent
from viva.platform.health import Health


class NoCreditError(DomainError):
    code = "no_credit"


KINDS = [DomainError, NotFoundError, InvalidError, TransientError, BackpressureError]


def test_every_kind_is_in_the_table_and_what_is_not_is_a_bug() -> None:
    assert set(KINDS) | {Exception} == set(TREATMENTS)
    assert treatment(NoCreditError("x")).http_status == 409
    assert treatment(KeyError()).http_status == 500
    assert treatment(VivaError("x")).grpc_code is grpc.StatusCode.INTERNAL
    retried = {kind for kind, row in TREATMENTS.items() if row.kafka is KafkaAction.RETRY}
    assert retried == {TransientError, BackpressureError}


class Servicer(webhooks_grpc.WebhookServiceServicer):
    """Raises what a test asks for."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.calls = 0

    async def GetEndpoint(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.calls += 1
        if request.id == "slow":
            await asyncio.sleep(60)
        if self.error:
            raise self.error
        return webhooks.GetEndpointResponse()

    async def CreateEndpoint(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self.GetEndpoint(webhooks.GetEndpointRequest(), context)


class Conversation(session_grpc.ConversationServiceServicer):
    """Answers once, then fails."""

    async def Converse(self, requests: Any, context: Any) -> Any:  # noqa: N802
        async for _ in requests:
            yield session.ConverseResponse()
            raise BackpressureError("no slot", retry_after_s=1.5)


@pytest.fixture
async def served():
    health = Health("notification", SystemClock())
    server, servicer = GrpcServer("127.0.0.1", 0, health), Servicer()
    server.add(lambda it: webhooks_grpc.add_WebhookServiceServicer_to_server(servicer, it))
    server.add(
        lambda it: session_grpc.add_ConversationServiceServicer_to_server(Conversation(), it)
    )
    await server.start()
    channels = Channels()
    yield server, servicer, channels.to(f"127.0.0.1:{server.port}"), health
    await channels.stop()
    await server.stop()


@pytest.mark.parametrize("kind", [*KINDS, NoCreditError])
async def test_an_error_comes_back_as_the_same_class(served, kind: type[VivaError]) -> None:
    _, servicer, channel, _ = served
    servicer.error = kind("what happened", code="its_code", errors=[FieldError("/a/0", "wrong")])
    expected = next(known for known in kind.__mro__ if known in KINDS)
    with pytest.raises(VivaError) as caught:
        await webhooks_grpc.WebhookServiceStub(channel).GetEndpoint(webhooks.GetEndpointRequest())
    error = caught.value
    assert type(error) is expected
    assert (error.code, error.detail) == ("its_code", "what happened")
    assert error.errors == [FieldError("/a/0", "wrong")]


async def test_a_bug_says_nothing_of_its_inside(served) -> None:
    _, servicer, channel, _ = served
    servicer.error = ZeroDivisionError("secret")
    with pytest.raises(VivaError, match="internal error") as caught:
        await webhooks_grpc.WebhookServiceStub(channel).GetEndpoint(webhooks.GetEndpointRequest())
    assert type(caught.value) is VivaError


async def test_a_stream_fails_with_the_same_class_while_it_is_read(served) -> None:
    _, _, channel, _ = served

    async def requests():
        yield session.ConverseRequest()

    answers = aiter(session_grpc.ConversationServiceStub(channel).Converse(requests()))
    assert await anext(answers) == session.ConverseResponse()
    with pytest.raises(BackpressureError, match="no slot") as caught:
        await anext(answers)
    assert caught.value.retry_after_s == 1.5


async def test_a_stream_that_is_written_and_read_by_hand_fails_the_same_way(served) -> None:
    _, _, channel, _ = served
    call = session_grpc.ConversationServiceStub(channel).Converse()
    await call.write(session.ConverseRequest())
    assert await call.read() == session.ConverseResponse()
    with pytest.raises(BackpressureError, match="no slot"):
        await call.read()


async def test_a_call_without_a_deadline_gets_one_and_its_end_is_transient(served) -> None:
    _, _, channel, _ = served
    stub = webhooks_grpc.WebhookServiceStub(channel)
    with pytest.raises(TransientError):
        await stub.GetEndpoint(webhooks.GetEndpointRequest(id="slow"), timeout=0.1)


async def test_only_idempotent_calls_are_tried_again(served) -> None:
    _, servicer, channel, _ = served
    servicer.error = TransientError("away")
    stub = webhooks_grpc.WebhookServiceStub(channel)
    with pytest.raises(TransientError):
        await stub.GetEndpoint(webhooks.GetEndpointRequest())
    assert servicer.calls == 4
    with pytest.raises(TransientError):
        await stub.CreateEndpoint(webhooks.CreateEndpointRequest())
    assert servicer.calls == 5
    assert not is_idempotent("nobody.Knows/This")


async def test_health_follows_readiness(served) -> None:
    _, _, channel, health = served
    stub = health_pb2_grpc.HealthStub(channel)
    answer = await stub.Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING
    health.started = True
    answer = await stub.Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_nobody_there_is_transient_and_a_taken_port_is_told(served) -> None:
    server, _, _, health = served
    channels = Channels()
    stub = webhooks_grpc.WebhookServiceStub(channels.to(f"127.0.0.1:{free_port()}"))
    with pytest.raises(TransientError):
        await stub.GetEndpoint(webhooks.GetEndpointRequest())
    await channels.stop()
    with pytest.raises(TransientError, match="cannot listen"):
        await GrpcServer("127.0.0.1", server.port, health).start()
