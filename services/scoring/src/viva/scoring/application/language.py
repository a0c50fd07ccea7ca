"""Command of the language over all spoken answers: fluency, intelligibility, level."""

from collections.abc import Sequence

from viva.scoring.application.analysis import Analyst, Said
from viva.scoring.domain.delivery import WORD_CONFIDENCE, Delivery
from viva.scoring.domain.language import (
    Language,
    cefr,
    fluency,
    intelligibility,
    no_language,
    outside,
)
from viva.scoring.domain.language_model import LanguageModel
from viva.scoring.domain.model import Scored
from viva.scoring.domain.uncertainty import Prior, standard_error

NO_TIMING = "no_timing"


def language_of(spoken: Sequence[Said], null_reason: str, analyst: Analyst) -> Language:
    """Scores what was spoken, or says why it cannot.

    Args:
        spoken: answers in the persona's language that were not typed.
        null_reason: why there is too little of it; empty where there is enough.
    """
    heard = [one for one in spoken if one.tokens]
    delivery = sum((one.delivery for one in heard), Delivery())
    timing = delivery.timing.features()
    if null_reason or not timing:
        return no_language(null_reason or NO_TIMING)
    model = analyst.coefficients.language
    fluent, beyond = fluency(timing, model), outside(timing, model)
    words = analyst.language_features(heard)
    index = {**words, "fluency": (fluent.tenths or 0) / 10}
    features = {**timing, **words}
    if delivery.word_confidence is not None:
        features[WORD_CONFIDENCE] = delivery.word_confidence
    return Language(
        fluent,
        intelligibility(delivery.word_confidence, model),
        cefr(index, delivery.timing.words, model, len(beyond)),
        tuple((name, round(value, 4)) for name, value in features.items()),
        beyond,
        _fluency_error(heard, model),
        _intelligibility_error(heard, model),
    )


def _fluency_error(heard: Sequence[Said], model: LanguageModel) -> int | None:
    """From each answer's own fluency, by how long it speaks."""
    timed = [(one.timing.features(), one.timing.phonation_ms) for one in heard]
    return _error(
        [(fluency(found, model), ms) for found, ms in timed if found], model.fluency_prior
    )


def _intelligibility_error(heard: Sequence[Said], model: LanguageModel) -> int | None:
    """From each answer's own, by its words."""
    spoken = [one.delivery for one in heard if one.delivery.recognized]
    given = [(intelligibility(one.word_confidence, model), one.recognized) for one in spoken]
    return _error(given, model.intelligibility_prior)


def _error(given: Sequence[tuple[Scored, int]], prior: Prior) -> int | None:
    """Of the mean of scores with their weights; None of none."""
    if not given:
        return None
    scores, weights = zip(*given, strict=True)
    return standard_error([one.tenths or 0 for one in scores], prior, weights)
