"""Speech for tests: spoken by the synthesizer, once a session."""

import pytest

from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples, to_samples
from viva.audio.speech import Synthesizer
from viva.audio.vad import VoiceActivityDetector


@pytest.fixture(scope="session")
def store() -> ModelStore:
    return ModelStore()


@pytest.fixture(scope="session")
def voice_activity(store: ModelStore) -> VoiceActivityDetector:
    return VoiceActivityDetector(store)


@pytest.fixture(scope="session")
def sentence(store: ModelStore) -> Samples:
    """`SENTENCE` of the tests, some three seconds."""
    return to_samples(
        Synthesizer(store).synthesize("I led a small team that moved our data to the cloud.")
    )
