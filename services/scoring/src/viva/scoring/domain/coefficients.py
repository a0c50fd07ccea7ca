"""The numbers of the scoring model, as data: one versioned, hashed file holds them all."""

from dataclasses import dataclass

from viva.scoring.domain.coherence import Threads
from viva.scoring.domain.language_model import LanguageModel
from viva.scoring.domain.uncertainty import Prior


@dataclass(frozen=True)
class CompetencyPoints:
    """Tenths of a point for each kind of evidence; the maxima add up to 1000.

    The `cap_*` bound an answer that states no act, or acts of a team only, or fewer than
    `details_needed` concrete words, or is only partly or not at all to the point.
    """

    situation: int
    task: int
    own_acts: tuple[int, ...]
    plain_acts: tuple[int, ...]
    shared_acts: tuple[int, ...]
    result: int
    measured_result: int
    numbers: tuple[int, ...]
    names: tuple[int, ...]
    time: int
    indicators: int
    indicators_needed: int
    cap_no_act: int
    cap_shared: int
    cap_no_detail: int
    details_needed: int
    cap_partly: int
    cap_off_topic: int


@dataclass(frozen=True)
class SimilarityCuts:
    """Cuts of the sentence embedding's cosine, and of the topic index, which is built on it.

    Attributes:
        on_topic: topic index from which an answer is to the point.
        off_topic: topic index below which it is not, where the bank does not know the question.
        off_topic_fades: so far above that it is; between, by its share.
        unfit: fit to the question below which it answers another one, where the question is known.
        unfit_unknown: the same for a question of which the bank knows none like it.
        unfit_fades: so far above these it answers the question wholly; between, by its share.
        known: nearness to the bank's questions from which a question is known.
        everyday: nearness to answers of any kind, less that to what is told beside the point, below
            which an answer is beside the point,
        fits: unless it fits the question by so much.
        threads: what ties a sentence to an answer.
        indicator: cosine from which a sentence shows an indicator.
        recital: cosine from which a sentence recites a prompt.
    """

    on_topic: float
    off_topic: float
    off_topic_fades: float
    unfit: float
    unfit_unknown: float
    unfit_fades: float
    known: float
    everyday: float
    fits: float
    threads: Threads
    indicator: float
    recital: float


@dataclass(frozen=True)
class Coefficients:
    """Everything that the file holds.

    Attributes:
        prior: of a competency's standard error.
        competency_validation: what the scores were checked against: "none" or "provisional".
        language: the model of fluency and level, from a file of its own.
    """

    name: str
    version: str
    sha256: str
    competency: CompetencyPoints
    similarity: SimilarityCuts
    prior: Prior
    competency_validation: str
    language: LanguageModel
