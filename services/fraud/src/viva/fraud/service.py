"""The composition root of fraud."""

from viva.fraud.entrypoints.kafka import FraudConsumer
from viva.fraud.settings import FraudSettings
from viva.platform.service import Runtime, Service


async def build(runtime: Runtime, settings: FraudSettings) -> None:  # noqa: ARG001 - ports only
    """Puts fraud together: two events in, nothing else."""
    FraudConsumer(runtime.objects()).register(runtime.messaging())


service = Service("fraud", FraudSettings, build)
