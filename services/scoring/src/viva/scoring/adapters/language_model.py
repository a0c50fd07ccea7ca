"""Reads the packaged language model; its hash goes into every score."""

import hashlib
import importlib.resources
import json
from collections.abc import Mapping
from typing import Any

from viva.scoring.domain.language_model import LanguageModel, Measure
from viva.scoring.domain.term import Term
from viva.scoring.domain.uncertainty import Prior
from viva.scoring.domain.word_levels import Ceilings

FILE = "language.json"


def packaged_language_model() -> LanguageModel:
    """The one that ships with this release."""
    return parse((importlib.resources.files("viva.scoring") / FILE).read_bytes())


def parse(data: bytes) -> LanguageModel:
    """Builds the model from the file's bytes."""
    content = json.loads(data)
    fluency, cefr, clear = content["fluency"], content["cefr"], content["intelligibility"]
    errors = content["standard_error"]
    return LanguageModel(
        name=content["name"],
        version=content["version"],
        sha256=hashlib.sha256(data).hexdigest(),
        base=fluency["base"],
        fluency=tuple(_measure(term) for term in fluency["terms"]),
        basis=fluency["basis"],
        intelligibility=Term(**clear["term"]),
        cefr_short=tuple(Term(**term) for term in cefr["short"]),
        cefr_long=tuple(Term(**term) for term in cefr["long"]),
        ceilings=Ceilings(
            tuple((least, most) for least, most in cefr["word_levels"]["by_frequency"]),
            cefr["word_levels"]["highest"],
        ),
        usual=dict(cefr["usual"]["values"]),
        usual_words=cefr["usual"]["words"],
        cuts=dict(cefr["cuts"]),
        cefr_provisional=cefr["provisional"],
        half_width_base=cefr["half_width"]["base"],
        half_width_per_root_word=cefr["half_width"]["per_root_word"],
        half_width_outside=cefr["half_width"]["per_extrapolated_feature"],
        validation={
            "fluency": fluency["validation"],
            "intelligibility": clear["validation"],
            "cefr": cefr["validation"],
        },
        fluency_prior=_prior(errors["fluency"]),
        intelligibility_prior=_prior(errors["intelligibility"]),
    )


def _prior(entry: Mapping[str, Any]) -> Prior:
    return Prior(entry["prior_sd"], entry["prior_answers"])


def _measure(entry: Mapping[str, Any]) -> Measure:
    lowest, highest = entry["fitted"]
    term = {key: value for key, value in entry.items() if key != "fitted"}
    return Measure(Term(**term), lowest, highest)
