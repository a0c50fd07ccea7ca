"""The composition root of telephony."""

from viva.contracts.telephony.v1.telephony_pb2_grpc import add_TelephonyServiceServicer_to_server
from viva.platform.service import Runtime, Service
from viva.telephony.domain.trunks import Trunk
from viva.telephony.entrypoints import kafka
from viva.telephony.entrypoints.grpc import TelephonyServicer
from viva.telephony.settings import TelephonySettings


async def build(runtime: Runtime, settings: TelephonySettings) -> None:
    """Puts telephony together. It has no trunk until the phone channel brings its adapters."""
    del settings
    trunks: tuple[Trunk, ...] = ()
    servicer = TelephonyServicer(trunks)
    runtime.grpc_server().add(
        lambda server: add_TelephonyServiceServicer_to_server(servicer, server)
    )
    kafka.register(runtime.messaging(), trunks)


service = Service("telephony", TelephonySettings, build)
