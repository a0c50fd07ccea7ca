"""Whether an answer is to the point: its nearness to the question, told beside all others.

A cosine by itself says little: every story about work is near every question about work. So the
nearness of question and answer is measured against other questions (z-norm) and against other
answers (t-norm), as speaker verification does with its scores (Auckenthaler et al. 2000).
"""

import functools
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from viva.scoring.application.ports import TextSimilarity

_FRAME = re.compile(
    r"^(?:(?:please|can you|could you|would you|tell me about|tell us about|talk about|describe"
    r"|share|think of|give me|give us|give|walk me through|explain)\s+)*"
    r"(?:(?:a|an|one|some|the)\s+)?(?:(?:example|time|situation|moment|occasion|case)s?\s+)?"
    r"(?:of|when|where|in which|that|something at work that|something that)?\s*"
    r"(?:(?:you|you've|you have|you had to|had to|were able to)\s+)*"
)
_END = re.compile(r"[?.]")
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_SMALLEST_SPREAD = 0.01


@dataclass(frozen=True)
class Topics:
    """What questions and answers are usually about."""

    version: str
    sha256: str
    subjects: tuple[str, ...]
    answers: tuple[str, ...]


class Topicality:
    """Tells how near an answer is to a question.

    Args:
        similarity: of two texts.
        topics: the cohort.
    """

    def __init__(self, similarity: TextSimilarity, topics: Topics) -> None:
        self._similar = similarity.similarity
        self._subjects = topics.subjects
        self._answers = tuple(
            tuple(one.strip(" .").lower() for one in _SENTENCE.split(answer))
            for answer in topics.answers
        )
        self._usual: Callable[[str], tuple[float, float, float, float]] = functools.lru_cache(512)(
            self._measure_usual
        )

    def warm_up(self) -> None:
        """Embeds the cohort, so that the first answer does not wait for it."""
        self._usual("a problem")

    def index(self, question: str, sentences: Sequence[str]) -> float | None:
        """Standard deviations above a usual answer to something else; two decimals.

        Returns:
            None where the question names no subject, or nothing was said.
        """
        subject = subject_of(question)
        if not subject or not sentences:
            return None
        near, near_spread, beside, beside_spread = self._usual(subject)
        direct = (self._mean(subject, sentences) - near) / near_spread
        ranked = (self._beside(subject, sentences) - beside) / beside_spread
        return round((direct + ranked) / 2, 2)

    def _beside(self, subject: str, sentences: Sequence[str]) -> float:
        """Nearness to the subject, in standard deviations over all subjects."""
        means = [self._mean(other, sentences) for other in self._subjects]
        spread = max(_SMALLEST_SPREAD, statistics.pstdev(means))
        return (self._mean(subject, sentences) - statistics.fmean(means)) / spread

    def _mean(self, subject: str, sentences: Sequence[str]) -> float:
        return statistics.fmean(self._similar(sentence, subject) for sentence in sentences)

    def _measure_usual(self, subject: str) -> tuple[float, float, float, float]:
        """Mean and spread of both measures over answers to other questions."""
        near = [self._mean(subject, answer) for answer in self._answers]
        beside = [self._beside(subject, answer) for answer in self._answers]
        return (*_middle(near), *_middle(beside))


def subject_of(question: str) -> str:
    """What a question is about, its frame taken off."""
    text = " ".join(question.lower().split())
    return _END.split(_FRAME.sub("", text, count=1), maxsplit=1)[0].strip()


def _middle(values: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation."""
    return statistics.fmean(values), max(_SMALLEST_SPREAD, statistics.pstdev(values))
