"""From sound to facts: voice activity and digital silence."""

from collections.abc import Iterator
from typing import Protocol

from viva.audio.gate import GateSettings, SpeechGate
from viva.audio.gate import SpeechBegan as GateBegan
from viva.audio.pcm import is_digital_silence, to_samples
from viva.session.domain.conversation.facts import (
    Fact,
    SignalBack,
    SignalLost,
    SpeechBegan,
    SpeechEnded,
)
from viva.session.domain.conversation.timing import samples

WINDOW_SAMPLES = 512
# A pause this long goes to the end-of-turn model, so that its word is there when the shortest wait
# is over; some lie within words.
GATE = GateSettings(min_speech_ms=96, min_silence_ms=96)
_DEAD_MS = 4_000
# Dithering and codecs leave a count or two.
_DEAD_TOLERANCE = 2


class VoiceStream(Protocol):
    """One stream's voice activity network."""

    def feed(self, pcm: bytes) -> list[float]:
        """Speech probabilities of the windows of 512 samples that are full now."""
        ...


class Ears:
    """Follows one candidate's sound from a position on. Used from one thread at a time."""

    def __init__(self, stream: VoiceStream, position: int) -> None:
        self._stream = stream
        self._gate = SpeechGate(GATE, frame_samples=WINDOW_SAMPLES, position=position)
        self._until = position
        self._dead_since = position
        self._lost = False

    def hear(self, pcm: bytes) -> list[Fact]:
        """Takes sound that follows the last; returns what it tells."""
        found: list[Fact] = list(self._signal(pcm))
        for probability in self._stream.feed(pcm):
            event = self._gate.feed(probability)
            if isinstance(event, GateBegan):
                found.append(SpeechBegan(event.position))
            elif event is not None:
                found.append(SpeechEnded(event.position))
        return found

    def break_off(self) -> list[Fact]:
        """The sound breaks off: speech that was going on has ended."""
        event = self._gate.finish()
        self._gate = SpeechGate(GATE, frame_samples=WINDOW_SAMPLES, position=self._gate.position)
        return [] if event is None else [SpeechEnded(event.position)]

    def _signal(self, pcm: bytes) -> Iterator[Fact]:
        self._until += len(pcm) // 2
        if not is_digital_silence(to_samples(pcm), _DEAD_TOLERANCE):
            self._dead_since = self._until
            if self._lost:
                self._lost = False
                yield SignalBack(self._until)
        elif not self._lost and self._until - self._dead_since >= samples(_DEAD_MS):
            self._lost = True
            yield SignalLost(self._dead_since)
