"""Speech for tests: spoken by the synthesizer, kept on disk by content."""

from collections.abc import Callable

import pytest

from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples
from viva.audio.speech import Synthesizer
from viva.testkit.candidate.script import Say
from viva.testkit.candidate.voice import Voice

Speak = Callable[[str, str], Samples]


@pytest.fixture(scope="session")
def store() -> ModelStore:
    return ModelStore()


@pytest.fixture(scope="session")
def speak(store: ModelStore) -> Speak:
    """Speaks a text with a voice."""
    return lambda text, voice: Voice(lambda: Synthesizer(store, threads=2), voice=voice).render(
        Say(text)
    )
