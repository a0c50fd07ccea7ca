"""The scoring service's own analysis, loaded once."""

import functools

from viva.audio.models.store import ModelStore
from viva.contracts.common.v1 import common_pb2 as pb
from viva.scoring.adapters.coefficients import packaged_coefficients, packaged_topics
from viva.scoring.adapters.grammar import HarperGrammar
from viva.scoring.adapters.intents import IntentMatcher, packaged_intents
from viva.scoring.adapters.minilm import MiniLmEmbedder
from viva.scoring.adapters.vocabulary import EnglishVocabulary
from viva.scoring.adapters.worker import versions
from viva.scoring.application.analysis import Analyst
from viva.scoring.application.score_interview import score_interview
from viva.scoring.entrypoints import decode, encode

_EMBEDDING = "sentence_embedding"


@functools.cache
def analyst() -> Analyst:
    """As the service runs it."""
    folder = ModelStore().path(_EMBEDDING)
    embedder = MiniLmEmbedder(folder)
    return Analyst(
        embedder,
        EnglishVocabulary(),
        HarperGrammar(),
        packaged_coefficients(),
        packaged_topics(),
        IntentMatcher(embedder, packaged_intents()),
    )


def interview_score(bundle: pb.InterviewBundle) -> pb.InterviewScore:
    """What the service would publish for an interview."""
    coefficients = packaged_coefficients()
    fingerprint = ModelStore().fingerprint(_EMBEDDING)
    result = score_interview(decode.interview(bundle), analyst())
    return encode.interview_score(result, coefficients, versions(coefficients, fingerprint))
