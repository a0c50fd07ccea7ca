"""The few sentences that a caller hears before an interviewer is there."""

from collections.abc import Mapping

from viva.telephony.application.ports import CallLeg


class VoiceMenu:
    """Says recorded sentences.

    Args:
        sentences: PCM16 mono 16 kHz by key: enter_code, wrong_code, goodbye.
    """

    def __init__(self, sentences: Mapping[str, bytes]) -> None:
        self._sentences = sentences

    async def say(self, leg: CallLeg, key: str) -> None:
        """Says one; returns when it has been sent."""
        await leg.play(self._sentences[key])
