"""The composition root of telephony."""

from datetime import timedelta

from starlette.routing import BaseRoute, Router

from viva.contracts.telephony.v1.telephony_pb2_grpc import add_TelephonyServiceServicer_to_server
from viva.edge.dialling import GrpcSessionDialler, SessionLocator, channels
from viva.edge.limits import EdgeLimits
from viva.edge.metrics import EdgeMetrics
from viva.edge.numbers import connection_numbers
from viva.platform.sealing import Sealer
from viva.platform.service import Runtime, Service
from viva.platform.telemetry import meter
from viva.telephony.adapters.call_store import SqlCallStore
from viva.telephony.adapters.menu import recorded_sentences
from viva.telephony.adapters.providers.twilio.trunk import TwilioAccount, TwilioTrunk
from viva.telephony.adapters.providers.twilio.webhooks import routes as twilio_routes
from viva.telephony.adapters.sip.config import CALLS_A_WORKER, SipConfig
from viva.telephony.adapters.sip.trunk import SipTrunk
from viva.telephony.application.bell import Bell
from viva.telephony.application.carrying import CallCarrier, Calling, Conversing
from viva.telephony.application.desk import PURPOSE, CallDesk, NumberBook
from viva.telephony.application.dialler import Dialler
from viva.telephony.application.inbound import FrontDesk
from viva.telephony.application.ports import Trunk
from viva.telephony.application.report import CallReport
from viva.telephony.application.screening import ScreeningRules
from viva.telephony.application.slots import Line, free_slots, occupied_percent
from viva.telephony.application.voice_menu import VoiceMenu
from viva.telephony.domain.numbers import PhoneNumber
from viva.telephony.domain.prefixes import DiallingRules
from viva.telephony.domain.retries import Retries
from viva.telephony.entrypoints import kafka
from viva.telephony.entrypoints.grpc import TelephonyServicer
from viva.telephony.settings import SipTrunkSettings, TelephonySettings, TwilioTrunkSettings


async def build(runtime: Runtime, settings: TelephonySettings) -> None:
    """Puts telephony together."""
    rules = DiallingRules(settings.allowed_prefixes, settings.forbidden_prefixes)
    numbers = NumberBook(Sealer.from_settings(runtime.platform, PURPOSE), rules)
    bell = Bell()
    store = SqlCallStore(wake=bell.ring)
    lines, routes = _lines(runtime, settings)
    if routes:
        runtime.http(Router(routes))
    servicer = TelephonyServicer(lines, runtime.database().unit_of_work, store)
    runtime.grpc_server().add(
        lambda server: add_TelephonyServiceServicer_to_server(servicer, server)
    )
    desk = CallDesk(store, numbers, runtime.clock, has_trunk=bool(lines))
    kafka.register(runtime.messaging(), desk)
    runtime.health.report("calls", lambda: sum(line.in_use for line in lines))
    runtime.health.report("occupied_percent", lambda: occupied_percent(lines))
    runtime.add(free_slots(lines))
    if lines:
        _calls(runtime, settings, store, numbers, lines, bell)


def _calls(
    runtime: Runtime,
    settings: TelephonySettings,
    store: SqlCallStore,
    numbers: NumberBook,
    lines: tuple[Line, ...],
    bell: Bell,
) -> None:
    open_channel = channels(runtime.grpc_tls())
    locator = runtime.add(SessionLocator(runtime.platform.session_target, open_channel))
    conversing = Conversing(
        GrpcSessionDialler(locator.channel, open_channel),
        EdgeMetrics(meter("viva.telephony"), "telephony"),
        connection_numbers(runtime.clock),
        EdgeLimits(session_silence_s=settings.session_silence_s),
    )
    open_unit = runtime.database().unit_of_work
    calling = Calling(
        open_unit=open_unit,
        store=store,
        numbers=numbers,
        clock=runtime.clock,
        retries=_retries(settings),
        screening=ScreeningRules(),
        conversing=conversing,
        report=CallReport(meter("viva.telephony")),
        ring_s=settings.ring_s,
        wake=bell.ring,
    )
    carrier = CallCarrier(calling)
    dialler = Dialler(
        open_unit,
        store,
        lines,
        carrier,
        runtime.clock,
        runtime.ids,
        calling.retries,
        poll_s=settings.poll_s,
    )
    bell.listen(dialler.wake)
    menu = VoiceMenu(recorded_sentences())
    desk = runtime.add(
        FrontDesk(open_unit, store, numbers, carrier, menu, runtime.clock, runtime.ids)
    )
    inbound = {trunk.name for trunk in settings.trunks if trunk.inbound}
    for line in lines:
        if line.trunk.name in inbound:
            line.trunk.on_inbound(desk.taker(line))
    runtime.on_drain(desk.drain)
    runtime.on_drain(dialler.drain)
    runtime.task("dialler", dialler.run)


def _lines(
    runtime: Runtime, settings: TelephonySettings
) -> tuple[tuple[Line, ...], list[BaseRoute]]:
    lines: list[Line] = []
    routes: list[BaseRoute] = []
    for own in settings.trunks:
        trunk: Trunk
        if isinstance(own, SipTrunkSettings):
            trunk = runtime.add(_sip(runtime, own))
        else:
            trunk = twilio = runtime.add(_twilio(own))
            routes += twilio_routes(twilio)
        lines.append(Line(trunk, own.slots, 1 / own.calls_per_second, PhoneNumber(own.caller)))
    return tuple(lines), routes


def _sip(runtime: Runtime, own: SipTrunkSettings) -> SipTrunk:
    part = f"trunk {own.name}"

    def told(failure: str | None) -> None:
        if failure:
            runtime.health.degrade(part, f"not registered: {failure}")
        else:
            runtime.health.recover(part)

    workers = -(-own.slots // CALLS_A_WORKER)
    config = SipConfig(
        name=own.name,
        domain=own.domain,
        user=own.user or own.caller,
        password=own.password.get_secret_value(),
        login=own.login,
        register=own.register_every_s,
        outbound_proxy=own.outbound_proxy,
        transport=own.transport,
        srtp=own.srtp,
        codecs=own.codecs,
        peers=own.peers,
        listen=own.listen,
        interface=own.interface,
        rtp_ports=own.rtp_ports,
        rtp_timeout_s=own.rtp_timeout_s,
        certificate=own.certificate,
        ca_file=own.ca_file,
        calls=-(-own.slots // workers),
    )
    return SipTrunk(config, workers, told)


def _twilio(own: TwilioTrunkSettings) -> TwilioTrunk:
    return TwilioTrunk(
        own.name,
        TwilioAccount(
            sid=own.account,
            token=own.token.get_secret_value(),
            api_url=own.api_url.rstrip("/"),
            public_url=own.public_url.rstrip("/"),
            machine_detection=own.machine_detection,
        ),
    )


def _retries(settings: TelephonySettings) -> Retries:
    return Retries(
        most_calls=settings.most_calls,
        busy=timedelta(seconds=settings.busy_s),
        no_answer=timedelta(seconds=settings.no_answer_s),
        voicemail=timedelta(seconds=settings.voicemail_s),
        rejected=timedelta(seconds=settings.rejected_s),
        failed=timedelta(seconds=settings.failed_s),
        dropped=timedelta(seconds=settings.dropped_s),
        call_back=timedelta(seconds=settings.call_back_s),
        in_doubt=timedelta(seconds=settings.in_doubt_s),
    )


service = Service("telephony", TelephonySettings, build, "viva.telephony.migrations")
