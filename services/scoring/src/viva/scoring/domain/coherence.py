"""Which sentences of an answer belong together: padding about something else is left out."""

from collections.abc import Callable, Sequence

_NEAREST = 2


def belonging(
    sentences: Sequence[str],
    targets: Sequence[str],
    similarity: Callable[[str, str], float],
    cut: float,
) -> list[int]:
    """Places of the sentences that hang together with what was asked or with one another.

    A sentence belongs by its nearness to its two nearest neighbours, targets among them. A sentence
    more takes no other one out, and lets one in only where it is near to it. In an answer without
    such a thread, nothing can be told to be padding, and all of it is kept.

    Args:
        targets: the question's subject and the framework's texts; the nearest of them counts.
        cut: of the sum of the two, from which a sentence belongs.
    """
    found = []
    if len(sentences) <= _NEAREST:
        return list(range(len(sentences)))
    for place, one in enumerate(sentences):
        near = [similarity(one, other) for i, other in enumerate(sentences) if i != place]
        near.append(max((similarity(one, target) for target in targets), default=1.0))
        near.sort(reverse=True)
        if sum(near[:_NEAREST]) >= cut:
            found.append(place)
    return found or list(range(len(sentences)))
