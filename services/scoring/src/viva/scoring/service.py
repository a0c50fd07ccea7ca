"""The composition root of scoring."""

import asyncio

from viva.audio.models import ModelStore
from viva.platform.service import Runtime, Service
from viva.scoring.adapters.coefficients import packaged_coefficients
from viva.scoring.adapters.worker import WorkerScorer, versions
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
    consumer = ScoringConsumer(
        scorer, runtime.objects(), coefficients, versions(coefficients, fingerprint)
    )
    consumer.register(runtime.messaging())


service = Service("scoring", ScoringSettings, build)
