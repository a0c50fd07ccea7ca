"""The real models, loaded once; tests that need them are skipped where they are not pulled."""

import sys
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from viva.audio.models import ModelMissingError, ModelStore
from viva.scoring.adapters.coefficients import packaged_coefficients, packaged_topics
from viva.scoring.adapters.grammar import HarperGrammar
from viva.scoring.adapters.intents import IntentMatcher, packaged_intents
from viva.scoring.adapters.minilm import MiniLmEmbedder
from viva.scoring.adapters.vocabulary import EnglishVocabulary
from viva.scoring.application.analysis import Analyst
from viva.scoring.domain.coefficients import Coefficients

# Test modules share `scoring_speaking`; importlib mode leaves the path alone.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def coefficients() -> Coefficients:
    return packaged_coefficients()


@pytest.fixture(scope="session")
def vocabulary() -> EnglishVocabulary:
    return EnglishVocabulary()


@pytest.fixture(scope="session")
def analyst(coefficients: Coefficients, vocabulary: EnglishVocabulary) -> Analyst:
    try:
        folder = ModelStore().path("sentence_embedding")
    except ModelMissingError as error:
        pytest.skip(error.detail)
    threadpool_limits(1)  # as in the worker
    embedder = MiniLmEmbedder(folder)
    return Analyst(
        embedder,
        vocabulary,
        HarperGrammar(),
        coefficients,
        packaged_topics(),
        IntentMatcher(embedder, packaged_intents()),
    )
