"""The language model that ships: its fluency of many deliveries, and what it was fitted on."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from tests.evaluate.fit_fluency import FILE
from tests.evaluate.metrics.additive_fit import Matrix
from viva.scoring.adapters.language_model import packaged_language_model
from viva.scoring.domain.delivery import Delivery
from viva.scoring.domain.language import fluency, intelligibility


def shipped_fluency(deliveries: Sequence[Delivery]) -> Matrix:
    """As scoring gives it, 0 to 10; what has no timing is as bad as can be."""
    model = packaged_language_model()
    worst = {term.name: term.worst for term in model.fluency_terms}
    features = [one.timing.features() or worst for one in deliveries]
    return np.array([(fluency(one, model).tenths or 0) / 100 for one in features])


def shipped_intelligibility(deliveries: Sequence[Delivery]) -> Matrix:
    """As scoring gives it, 0 to 10."""
    model = packaged_language_model()
    found = [intelligibility(one.word_confidence, model).tenths for one in deliveries]
    return np.array([(tenths or 0) / 100 for tenths in found])


def fitted_speakers() -> frozenset[str]:
    """Who was in the fitting set."""
    return frozenset(_fit()["speakers"])


def shrinkage() -> float:
    """That of the shipped fit."""
    return float(_fit()["shrinkage"])


@cache
def _fit() -> dict[str, Any]:
    content = json.loads(FILE.read_text("utf-8"))
    return dict(content["fluency"]["fit"])
