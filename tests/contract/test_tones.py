"""What an order may name, and what the conversation can say."""

from viva.gateway.domain.library import Tone
from viva.session.domain.phrases import TONES


def test_every_tone_that_a_persona_may_have_is_spoken() -> None:
    assert set(Tone) == set(TONES)
