"""The same speech three semitones higher or lower: how far do fluency, level and nulls move?"""

from collections.abc import Callable
from functools import partial

from tests.evaluate.data.joined import Joined
from tests.evaluate.data.pitch import shifted
from tests.evaluate.registry import Bench, Outcome, Task
from tests.evaluate.tasks.phone import compared, number_of
from viva.audio.pcm import Samples

_SEMITONES = 3.0


def run(bench: Bench) -> Outcome:
    """Half of the answers higher, half lower."""
    return compared(bench, "shifted", _shift)


def _shift(one: Joined) -> Callable[[Samples], Samples]:
    direction = 1 if number_of(one) % 2 else -1
    return partial(shifted, semitones=direction * _SEMITONES)


TASK = Task("pitch", "three semitones higher or lower against as it was", run)
