"""Speech for tests: spoken by the synthesizer, kept on disk by content."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples
from viva.audio.speech import Synthesizer
from viva.testkit.candidate.script import Say
from viva.testkit.candidate.voice import Voice

Speak = Callable[[str, str], Samples]

# Test modules share `nemo_models`; importlib mode leaves the path alone.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def store() -> ModelStore:
    return ModelStore()


@pytest.fixture(scope="session")
def speak(store: ModelStore) -> Speak:
    """Speaks a text with a voice."""
    return lambda text, voice: Voice(lambda: Synthesizer(store, threads=2), voice=voice).render(
        Say(text)
    )
