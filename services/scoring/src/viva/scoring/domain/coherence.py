"""Which sentences of an answer belong together: padding about something else is left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

_NEAREST = 2


@dataclass(frozen=True)
class Threads:
    """What ties a sentence to an answer, fitted on stories with and without padding.

    Attributes:
        together: of the sum below, from which a sentence belongs.
        work: weight of its nearness to what is told in answers of any kind.
        beside: weight, taken off, of its nearness to what is told beside the point.
        alone: of the difference of the two, from which a sentence counts where nothing is tied.
    """

    together: float
    work: float
    beside: float
    alone: float


def belonging(
    sentences: Sequence[str],
    targets: Sequence[str],
    similarity: Callable[[str, str], float],
    everyday: Callable[[str], tuple[float, float]],
    threads: Threads,
) -> list[int]:
    """Places of the sentences that hang together with what was asked or with one another.

    A sentence belongs by its nearness to its two nearest neighbours, targets among them; one that
    is told at home rather than at work must be nearer. A sentence more takes no other one out, and
    lets one in only where it is near to it. In an answer too short for a thread, what is told at
    work counts.

    Args:
        targets: the question's subject and the framework's texts; the nearest of them counts.
        everyday: a sentence's nearness to answers of any kind, and to what is told beside them.
    """
    if len(sentences) == 1:
        return [0]
    tied, at_work = [], []
    for place, one in enumerate(sentences):
        near = [similarity(one, other) for i, other in enumerate(sentences) if i != place]
        near.append(max((similarity(one, target) for target in targets), default=1.0))
        near.sort(reverse=True)
        work, beside = everyday(one)
        if sum(near[:_NEAREST]) + threads.work * work - threads.beside * beside >= threads.together:
            tied.append(place)
        if work - beside >= threads.alone:
            at_work.append(place)
    return tied if len(tied) >= _NEAREST else sorted({*tied, *at_work})
