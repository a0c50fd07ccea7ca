"""The numbers of the scoring model, as data: one versioned, hashed file holds them all."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class CompetencyPoints:
    """Tenths of a point for each kind of evidence; the maxima add up to 1000.

    The `cap_*` bound an answer that states no act, or is only partly or not at all to the point.
    """

    situation: int
    task: int
    own_acts: tuple[int, ...]
    shared_act: int
    result: int
    measured_result: int
    numbers: tuple[int, ...]
    names: tuple[int, ...]
    time: int
    indicators: int
    indicators_needed: int
    cap_no_act: int
    cap_partly: int
    cap_off_topic: int


@dataclass(frozen=True)
class SimilarityCuts:
    """Cosine cuts of the sentence embedding."""

    on_topic: float
    off_topic: float
    indicator: float
    recital: float


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


@dataclass(frozen=True)
class Coefficients:
    """Everything that the file holds.

    Attributes:
        cuts: lowest index (tenths) of each CEFR level above A1.
        half_width: CEFR interval in tenths: base + per_root_word / sqrt(words).
        prior_sd: standard deviation of one answer's score about the person's (tenths), counted as
            `prior_answers` observations.
        validation: what the scores were checked against: "none" or "provisional".
    """

    name: str
    version: str
    sha256: str
    competency: CompetencyPoints
    similarity: SimilarityCuts
    fluency: tuple[Term, ...]
    cefr_short: tuple[Term, ...]
    cefr_long: tuple[Term, ...]
    cuts: Mapping[str, int]
    half_width_base: int
    half_width_per_root_word: int
    prior_sd: int
    prior_answers: int
    competency_validation: str
    language_validation: str
