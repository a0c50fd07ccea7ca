"""The composition root of scoring."""

import asyncio

from viva.audio.models import ModelStore
from viva.contracts.scoring.v1.scoring_pb2_grpc import add_ScoringServiceServicer_to_server
from viva.platform.service import Runtime, Service
from viva.scoring.adapters.coefficients import packaged_coefficients
from viva.scoring.adapters.worker import WorkerScorer, versions
from viva.scoring.entrypoints.bundles import BundleScorer
from viva.scoring.entrypoints.grpc import ScoringServicer
from viva.scoring.entrypoints.kafka import ScoringConsumer
from viva.scoring.settings import ScoringSettings

_EMBEDDING = "sentence_embedding"


async def build(runtime: Runtime, settings: ScoringSettings) -> None:
    """Puts scoring together: a worker with the models, fed by two events."""
    store = ModelStore()
    folder = store.path(_EMBEDDING)
    fingerprint = await asyncio.to_thread(store.fingerprint, _EMBEDDING)
    scorer = runtime.add(
        WorkerScorer(folder, nice=settings.nice, job_timeout_s=settings.job_timeout_s)
    )
    coefficients = packaged_coefficients()
    used = versions(coefficients, fingerprint)
    interviews = BundleScorer(scorer, runtime.objects(), coefficients, used)
    servicer = ScoringServicer(interviews, scorer)
    runtime.grpc_server().add(lambda server: add_ScoringServiceServicer_to_server(servicer, server))
    consumer = ScoringConsumer(scorer, interviews, coefficients, used)
    consumer.register(runtime.messaging())


service = Service("scoring", ScoringSettings, build)
