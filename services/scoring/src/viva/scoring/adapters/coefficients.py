"""Reads the packaged coefficients; their hash goes into every score."""

import hashlib
import importlib.resources
import json
from collections.abc import Mapping
from typing import Any

from viva.scoring.domain.coefficients import (
    Coefficients,
    CompetencyPoints,
    SimilarityCuts,
    Term,
)


def packaged_coefficients() -> Coefficients:
    """The coefficients that ship with this release."""
    resource = importlib.resources.files("viva.scoring") / "coefficients.json"
    return parse(resource.read_bytes())


def parse(data: bytes) -> Coefficients:
    """Builds the coefficients from the file's bytes."""
    content = json.loads(data)
    cefr, width, error = content["cefr"], content["cefr"]["half_width"], content["standard_error"]
    return Coefficients(
        name=content["name"],
        version=content["version"],
        sha256=hashlib.sha256(data).hexdigest(),
        competency=_points(content["competency"]),
        similarity=SimilarityCuts(**content["similarity"]),
        fluency=_terms(content["fluency"]),
        cefr_short=_terms(cefr["short"]),
        cefr_long=_terms(cefr["long"]),
        cuts=dict(cefr["cuts"]),
        half_width_base=width["base"],
        half_width_per_root_word=width["per_root_word"],
        prior_sd=error["prior_sd"],
        prior_answers=error["prior_answers"],
        competency_validation=content["validation"]["competency"],
        language_validation=content["validation"]["language"],
    )


def _points(content: Mapping[str, Any]) -> CompetencyPoints:
    points: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in content.items()
    }
    return CompetencyPoints(**points)


def _terms(content: list[Mapping[str, Any]]) -> tuple[Term, ...]:
    return tuple(Term(**term) for term in content)
