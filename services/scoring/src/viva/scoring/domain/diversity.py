"""Lexical diversity that does not depend on length: MTLD (McCarthy and Jarvis 2010)."""

from collections.abc import Iterable, Sequence

_THRESHOLD = 0.72


def mtld(words: Sequence[str]) -> float:
    """Mean number of words that keep the type-token ratio above .72, read in both directions.

    Args:
        words: lower-case; below a hundred the figure means little.
    """
    if not words:
        return 0.0
    return (_one_way(words, len(words)) + _one_way(reversed(words), len(words))) / 2


def _one_way(words: Iterable[str], count: int) -> float:
    factors, ratio = 0.0, 1.0
    seen: set[str] = set()
    length = 0
    for word in words:
        seen.add(word)
        length += 1
        ratio = len(seen) / length
        if ratio <= _THRESHOLD:
            factors, length, ratio = factors + 1, 0, 1.0
            seen.clear()
    factors += (1 - ratio) / (1 - _THRESHOLD)
    return count / factors if factors else float(count)
