"""How something was said: its timing, and how surely the recognizer understood it.

The two are kept apart. Word probabilities are a proxy of accent: they reach intelligibility alone,
never fluency, a level or a competency.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from viva.scoring.domain.model import Answer
from viva.scoring.domain.timing import Timing, timing_of
from viva.scoring.domain.tokens import Token

WORD_CONFIDENCE = "word_confidence"


@dataclass(frozen=True)
class Delivery:
    """Sums over answers.

    Attributes:
        certainty: of the word probabilities.
        recognized: how many words these are of.
    """

    timing: Timing = field(default_factory=Timing)
    certainty: float = 0.0
    recognized: int = 0

    def __add__(self, other: "Delivery") -> "Delivery":
        return Delivery(
            self.timing + other.timing,
            self.certainty + other.certainty,
            self.recognized + other.recognized,
        )

    @property
    def word_confidence(self) -> float | None:
        """Mean probability of a word, 0 to 1; None where none was recognized."""
        return self.certainty / self.recognized if self.recognized else None


def delivery_of(answer: Answer, tokens: Sequence[Token]) -> Delivery:
    """Of one answer; a typed one has none.

    Args:
        tokens: the answer's masked tokens.
    """
    if answer.typed:
        return Delivery()
    own = [min(1.0, max(0.0, word.confidence)) for word in answer.words if not word.dropped]
    return Delivery(timing_of(answer, tokens), sum(own), len(own))
