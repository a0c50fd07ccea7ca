"""The composition root of the gateway."""

from datetime import timedelta
from functools import partial

from viva.edge.dialling import GrpcSessionDialler, SessionLocator, channels
from viva.edge.metrics import EdgeMetrics
from viva.edge.numbers import connection_numbers
from viva.gateway.adapters.answer_voice import GrpcAnswerVoice
from viva.gateway.adapters.notification import GrpcNotifications
from viva.gateway.adapters.scoring import GrpcScoring
from viva.gateway.adapters.work import SqlWork, open_work
from viva.gateway.application.answering_once import Answers
from viva.gateway.application.context import Context, Policy
from viva.gateway.application.housekeeping import BuiltInDefinitions, Housekeeping
from viva.gateway.application.join import JoinDesk
from viva.gateway.application.projecting import Projector
from viva.gateway.application.simulating import Simulations
from viva.gateway.entrypoints import events
from viva.gateway.entrypoints.app import create_app
from viva.gateway.entrypoints.rate import RateLimit
from viva.gateway.entrypoints.state import Gateway
from viva.gateway.entrypoints.stream_edge import CandidateEdge
from viva.gateway.settings import GatewaySettings
from viva.platform.sealing import Sealer
from viva.platform.service import Runtime, Service
from viva.platform.telemetry import meter

_MINUTE_S = 60


async def build(runtime: Runtime, settings: GatewaySettings) -> None:
    """Puts the gateway together."""
    sealer = Sealer.from_settings(runtime.platform, "phone")
    open_unit = open_work(runtime.database(), sealer)
    context = Context(runtime.clock, runtime.ids, _policy(runtime, settings), sealer)
    objects = runtime.objects()
    answers = Answers(open_unit, context)
    runtime.add(BuiltInDefinitions(open_unit))
    sweep = Housekeeping(open_unit, context, answers, every_s=settings.housekeeping_s)
    runtime.task("housekeeping", sweep.run)
    gateway = Gateway(
        open_work=open_unit,
        context=context,
        join=JoinDesk(open_unit, context.now, timedelta(hours=settings.credential_lifetime_hours)),
        answers=answers,
        objects=objects,
        notifications=GrpcNotifications(runtime.grpc_channel(runtime.platform.notification_target)),
        scoring=GrpcScoring(runtime.grpc_channel(runtime.platform.scoring_target)),
        rate_limit=RateLimit("key", settings.requests_per_minute, _MINUTE_S, runtime.clock),
        join_rate_limit=RateLimit("join", settings.joins_per_minute, _MINUTE_S, runtime.clock),
        max_body_bytes=settings.max_body_bytes,
    )
    edge = _edge(runtime, gateway)
    simulations = Simulations(
        GrpcAnswerVoice(runtime.grpc_channel(runtime.platform.session_target), objects),
        gateway.join,
        open_unit,
        edge.carry,
        limit=settings.simulated_candidates,
    )
    runtime.task("simulations", simulations.run)
    runtime.http(create_app(gateway, edge, simulations))
    events.register(
        runtime.messaging(), Projector(context, objects), partial(SqlWork, sealer=sealer)
    )


def _policy(runtime: Runtime, settings: GatewaySettings) -> Policy:
    return Policy(
        languages=settings.languages,
        voices=settings.voices,
        phone_available=settings.phone_trunk_configured,
        public_url=runtime.platform.public_url.rstrip("/"),
        link_lifetime=timedelta(hours=settings.link_lifetime_hours),
        longest_lifetime=timedelta(hours=settings.longest_link_lifetime_hours),
        longest_interview=timedelta(seconds=settings.longest_interview_s),
    )


def _edge(runtime: Runtime, gateway: Gateway) -> CandidateEdge:
    open_channel = channels(runtime.grpc_tls())
    locator = runtime.add(SessionLocator(runtime.platform.session_target, open_channel))
    edge = CandidateEdge(
        admit_credential=gateway.join.admit,
        dialler=GrpcSessionDialler(locator.channel, open_channel),
        metrics=EdgeMetrics(meter("viva.gateway"), "gateway"),
        next_number=connection_numbers(runtime.clock),
    )
    runtime.on_drain(edge.drain)
    runtime.health.report("conversations", lambda: edge.live)
    return edge


service = Service("gateway", GatewaySettings, build, "viva.gateway.migrations")
