"""What a question is after, told by a bank of known questions and answers, in numpy.

The bank's texts are in intents.json, what was fitted on their embeddings in intents.safetensors;
`tests/evaluate/fit_intents.py` makes the one from the other.
"""

import functools
import hashlib
import importlib.resources
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from viva.scoring.application.ports import Fit

Matrix = NDArray[np.float32]

_NEAREST_SENTENCES = 3
_NEAREST_ANSWERS = 2
# How sharply a question belongs to one intent: of the softmax over cosines.
_SHARPNESS = 6.0
_SMALLEST_SPREAD = 1e-3


class Embedder(Protocol):
    """Turns a text into a vector."""

    def embed(self, text: str) -> Matrix:
        """Unit vector of shape (384,)."""
        ...


@dataclass(frozen=True)
class Intents:
    """The bank, fitted.

    Attributes:
        arrays: `question_mean` and `answer_mean` (384,); `bridge` (384, 384), from an answer's to a
            question's vector; `questions` (intents, 4, 384) and `answers` (intents, 5, 384), unit,
            centred; `work` and `beside` (sentences, 384), unit: told in answers, and beside the
            point.
        sha256: of both files.
    """

    version: str
    sha256: str
    arrays: dict[str, Matrix]


def packaged_intents() -> Intents:
    """The bank that ships with this release."""
    folder = importlib.resources.files("viva.scoring")
    texts = (folder / "intents.json").read_bytes()
    fitted = (folder / "intents.safetensors").read_bytes()
    return Intents(
        version=json.loads(texts)["version"],
        sha256=hashlib.sha256(texts + fitted).hexdigest(),
        arrays={name: array.astype(np.float32) for name, array in load(fitted).items()},
    )


class IntentMatcher:
    """Tells how well an answer fits a question, and what is said beside the point.

    Args:
        embedder: the one that the bank was fitted on.
        intents: the bank.
    """

    def __init__(self, embedder: Embedder, intents: Intents) -> None:
        self._embed = embedder.embed
        bank = intents.arrays
        self._question_mean, self._answer_mean = bank["question_mean"], bank["answer_mean"]
        self._bridge = bank["bridge"]
        self._questions, self._answers = bank["questions"], bank["answers"]
        width = self._bridge.shape[0]
        self._all_questions = self._questions.reshape(-1, width)
        self._all_answers = unit(self._answers.reshape(-1, width) @ self._bridge)
        self._work, self._beside = bank["work"], bank["beside"]
        self.everyday = functools.lru_cache(20_000)(self._everyday)

    def fit(self, subject: str, sentences: Sequence[str]) -> Fit:
        """How well the answer fits the question, beside all known questions and answers.

        Two sums of normed cosines (z-norm and t-norm, Auckenthaler et al. 2000): of the question
        and the answer bridged to it, and of the answer and the known answers to such questions.

        Args:
            sentences: at least one.
        """
        question = unit(self._embed(subject) - self._question_mean)
        mean = unit(np.mean([self._embed(sentence) for sentence in sentences], axis=0))
        told = unit(mean - self._answer_mean)
        bridged = unit(told @ self._bridge)
        direct = _above(float(question @ bridged), self._all_questions @ bridged) + _above(
            float(question @ bridged), self._all_answers @ question
        )
        nearness = (self._questions @ question).max(axis=1)
        weights = np.exp(_SHARPNESS * nearness)
        likeness = np.sort(self._answers @ told, axis=1)[:, -_NEAREST_ANSWERS:].mean(axis=1)
        spread = max(_SMALLEST_SPREAD, float(likeness.std()))
        likeness = (likeness - likeness.mean()) / spread
        known = float(weights @ likeness / weights.sum())
        return Fit(round(direct + known, 2), round(float(nearness.max()), 2))

    def _everyday(self, sentence: str) -> tuple[float, float]:
        """Nearness to what is told in answers, and to what is told beside the point."""
        vector = self._embed(sentence)
        return _nearness(self._work, vector), _nearness(self._beside, vector)


def _nearness(bank: Matrix, vector: Matrix) -> float:
    """Mean over the nearest; three decimals: finer digits are the processor's own."""
    return round(float(np.sort(bank @ vector)[-_NEAREST_SENTENCES:].mean()), 3)


def unit(vectors: Matrix) -> Matrix:
    """The vectors, each of length 1."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Matrix = vectors / np.maximum(length, 1e-9)
    return scaled


def _above(value: float, others: Matrix) -> float:
    """Standard deviations above the others."""
    return (value - float(others.mean())) / max(_SMALLEST_SPREAD, float(others.std()))
