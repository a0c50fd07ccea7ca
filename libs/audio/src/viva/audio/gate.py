"""Turns speech probabilities into the beginnings and ends of speech: a pure state machine."""

from dataclasses import dataclass

from viva.audio.pcm import samples_in


@dataclass(frozen=True)
class GateSettings:
    """When speech counts as begun and as ended.

    Attributes:
        start_threshold: a frame at or above this may begin speech, and ends a silence.
        end_threshold: a frame below this may end speech; between the two nothing changes.
        min_speech_ms: shorter speech is not reported.
        min_silence_ms: a shorter silence does not end speech.
    """

    start_threshold: float = 0.5
    end_threshold: float = 0.35
    min_speech_ms: int = 96
    min_silence_ms: int = 192

    def __post_init__(self) -> None:
        if not 0 <= self.end_threshold <= self.start_threshold <= 1:
            raise ValueError("thresholds must be 0 <= end_threshold <= start_threshold <= 1")


@dataclass(frozen=True)
class SpeechBegan:
    """Speech began at `position`, which was sure at `decided_at` (samples at 16 kHz)."""

    position: int
    decided_at: int


@dataclass(frozen=True)
class SpeechEnded:
    """Speech ended at `position`, which was sure at `decided_at` (samples at 16 kHz)."""

    position: int
    decided_at: int


class SpeechGate:
    """Follows one stream's probabilities, one per frame of `frame_samples`.

    Reports in turns: began, ended, began... Positions never go back.
    """

    def __init__(
        self, settings: GateSettings | None = None, *, frame_samples: int = 512, position: int = 0
    ) -> None:
        self._settings = settings or GateSettings()
        self._frame_samples = frame_samples
        self._min_speech = samples_in(self._settings.min_speech_ms)
        self._min_silence = samples_in(self._settings.min_silence_ms)
        self._position = position
        self._began_at: int | None = None
        self._silent_since: int | None = None
        self._speaking = False

    @property
    def speaking(self) -> bool:
        """Whether a beginning was reported and its end was not."""
        return self._speaking

    @property
    def position(self) -> int:
        """Where the next frame begins."""
        return self._position

    def feed(self, probability: float) -> SpeechBegan | SpeechEnded | None:
        """Take the probability of the next frame and return what it decides."""
        frame_start = self._position
        self._position += self._frame_samples
        if self._speaking:
            return self._while_speaking(probability, frame_start)
        return self._while_silent(probability, frame_start)

    def finish(self) -> SpeechEnded | None:
        """End speech that is still open: the stream is over."""
        if not self._speaking:
            self._began_at = None
            return None
        return self._end(self._position if self._silent_since is None else self._silent_since)

    def _while_silent(self, probability: float, frame_start: int) -> SpeechBegan | None:
        if probability < self._settings.end_threshold:
            self._began_at = None
        elif self._began_at is None and probability >= self._settings.start_threshold:
            self._began_at = frame_start
        if self._began_at is None or self._position - self._began_at < self._min_speech:
            return None
        self._speaking = True
        return SpeechBegan(self._began_at, self._position)

    def _while_speaking(self, probability: float, frame_start: int) -> SpeechEnded | None:
        if probability >= self._settings.start_threshold:
            self._silent_since = None
        elif self._silent_since is None and probability < self._settings.end_threshold:
            self._silent_since = frame_start
        if self._silent_since is None or self._position - self._silent_since < self._min_silence:
            return None
        return self._end(self._silent_since)

    def _end(self, position: int) -> SpeechEnded:
        self._speaking = False
        self._began_at = self._silent_since = None
        return SpeechEnded(position, self._position)
