"""Least squares with factors that may not be negative (Lawson and Hanson 1974, chapter 23)."""

from collections.abc import Sequence

_SMALL = 1e-9
Matrix = Sequence[Sequence[float]]


def non_negative(matrix: Matrix, target: Sequence[float]) -> list[float]:
    """Minimises f'Mf/2 - t'f under f >= 0.

    Args:
        matrix: symmetric and positive definite, as a ridge makes it.
        target: of the same length.
    """
    size = len(target)
    found = [0.0] * size
    free: list[int] = []
    for _ in range(3 * size):
        gradient = [
            goal - sum(a * f for a, f in zip(row, found, strict=True))
            for row, goal in zip(matrix, target, strict=True)
        ]
        entering = [i for i in range(size) if i not in free and gradient[i] > _SMALL]
        if not entering:
            break
        free.append(max(entering, key=lambda i: (gradient[i], -i)))
        found = _within(matrix, target, found, free)
    return found


def _within(
    matrix: Matrix, target: Sequence[float], found: list[float], free: list[int]
) -> list[float]:
    """Solves for the free ones; those that would turn negative are held at zero."""
    while free:
        solved = _solve([[matrix[i][j] for j in free] for i in free], [target[i] for i in free])
        if min(solved) > 0:
            full = [0.0] * len(target)
            for place, value in zip(free, solved, strict=True):
                full[place] = value
            return full
        steps = [
            found[place] / (found[place] - value)
            for place, value in zip(free, solved, strict=True)
            if value <= 0
        ]
        step = min(steps)
        moved = [
            found[place] + step * (value - found[place])
            for place, value in zip(free, solved, strict=True)
        ]
        found = [0.0] * len(target)
        for place, value in zip(free, moved, strict=True):
            found[place] = value
        free[:] = [place for place in free if found[place] > _SMALL]
    return [0.0] * len(target)


def _solve(matrix: list[list[float]], target: list[float]) -> list[float]:
    """Gaussian elimination with pivoting."""
    rows = [[*row, goal] for row, goal in zip(matrix, target, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda i: abs(rows[i][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for below in rows[column + 1 :]:
            share = below[column] / rows[column][column]
            for place in range(column, size + 1):
                below[place] -= share * rows[column][place]
    solved = [0.0] * size
    for row in reversed(range(size)):
        rest = sum(rows[row][place] * solved[place] for place in range(row + 1, size))
        solved[row] = (rows[row][size] - rest) / rows[row][row]
    return solved
