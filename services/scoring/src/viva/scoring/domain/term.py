"""The summand of which the language model is made."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One summand of an additive, monotone, winsorized model.

    A value at or beyond `worst` gives nothing, at or beyond `best` gives all `points` (tenths).
    """

    name: str
    label: str
    worst: float
    best: float
    points: int
