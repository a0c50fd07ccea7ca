"""Reads the packaged coefficients; their hash goes into every score."""

import hashlib
import importlib.resources
import json
from collections.abc import Mapping
from typing import Any

from viva.scoring.adapters.language_model import packaged_language_model
from viva.scoring.application.topic import Topics
from viva.scoring.domain.coefficients import (
    Coefficients,
    CompetencyPoints,
    SimilarityCuts,
)
from viva.scoring.domain.coherence import Threads
from viva.scoring.domain.uncertainty import Prior


def packaged_coefficients() -> Coefficients:
    """The coefficients that ship with this release."""
    resource = importlib.resources.files("viva.scoring") / "coefficients.json"
    return parse(resource.read_bytes())


def packaged_topics() -> Topics:
    """The cohort of questions and answers that ships with this release."""
    data = (importlib.resources.files("viva.scoring") / "topics.json").read_bytes()
    content = json.loads(data)
    return Topics(
        version=content["version"],
        sha256=hashlib.sha256(data).hexdigest(),
        subjects=tuple(content["subjects"]),
        answers=tuple(content["answers"]),
    )


def parse(data: bytes) -> Coefficients:
    """Builds the coefficients from the file's bytes."""
    content = json.loads(data)
    error = content["standard_error"]
    cuts = content["similarity"] | {"threads": Threads(**content["threads"])}
    return Coefficients(
        name=content["name"],
        version=content["version"],
        sha256=hashlib.sha256(data).hexdigest(),
        competency=_points(content["competency"]),
        similarity=SimilarityCuts(**cuts),
        prior=Prior(error["prior_sd"], error["prior_answers"]),
        competency_validation=content["validation"]["competency"],
        language=packaged_language_model(),
    )


def _points(content: Mapping[str, Any]) -> CompetencyPoints:
    points: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in content.items()
    }
    return CompetencyPoints(**points)
