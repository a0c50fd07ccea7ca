"""The tasks of the bench, in the order of the table."""

from tests.evaluate.registry import Task
from tests.evaluate.tasks import determinism

TASKS: tuple[Task, ...] = (determinism.TASK,)
