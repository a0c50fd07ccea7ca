"""The tasks of the bench, in the order of the table."""

from tests.evaluate.registry import Task
from tests.evaluate.tasks import (
    asr_bias,
    attacks,
    cefr,
    competency,
    counterfactual,
    determinism,
    fluency,
    multiple_speakers,
    nulls,
    phone,
    pitch,
    reading,
    results,
    speakers,
    speed,
    ways,
    words,
)

TASKS: tuple[Task, ...] = (
    fluency.TASK,
    phone.TASK,
    pitch.TASK,
    ways.TASK,
    cefr.TASK,
    competency.TASK,
    attacks.TASK,
    results.TASK,
    counterfactual.TASK,
    nulls.TASK,
    speakers.TASK,
    multiple_speakers.TASK,
    reading.TASK,
    words.TASK,
    asr_bias.TASK,
    determinism.TASK,
    speed.TASK,
)
