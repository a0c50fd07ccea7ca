"""What the microphone hears: speech, a room, and perhaps the loudspeaker."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from viva.testkit.candidate.script import SAMPLE_RATE_HZ, Samples

VOICED_RMS = 300.0
ROOM_RMS = 8.0
WINDOW = 160
GRID = 2560
"""Answers begin on this grid of samples: whole frames of 20 ms and whole windows of the VAD."""


@dataclass
class Echo:
    """The interviewer's voice coming back: delay, level and the drift of the two clocks."""

    delay_ms: int = 180
    gain: float = 0.25
    drift_ppm: float = 200.0
    _heard: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    _written: int = 0

    def feed(self, played: Samples) -> NDArray[np.float32]:
        """Takes what the loudspeaker plays now and gives what the microphone hears of it."""
        keep = SAMPLE_RATE_HZ
        self._heard = np.concatenate([self._heard, played.astype(np.float32)])[-keep:]
        start = self._written + len(played) - len(self._heard)
        shift = self.delay_ms * SAMPLE_RATE_HZ / 1000 + self._written * self.drift_ppm * 1e-6
        # The drift grows for ever in an endless call; an interview's few minutes stay below 400 ms.
        shift = min(shift, keep - len(played) - 1)
        at = self._written + np.arange(len(played)) - shift - start
        self._written += len(played)
        if at[-1] < 0:
            return np.zeros(len(played), np.float32)
        line = np.arange(len(self._heard))
        heard = np.interp(at, line, self._heard, left=0.0)
        return np.asarray(self.gain * heard, dtype=np.float32)


@dataclass
class Microphone:
    """Mixes queued speech with the room's noise.

    Attributes:
        noise_rms: of the room, in PCM16 units; never zero, as with a real microphone.
        echo: set for open speakers.
    """

    seed: int = 0
    noise_rms: float = ROOM_RMS
    echo: Echo | None = None
    _queue: deque[tuple[Samples, Callable[[int], None] | None]] = field(default_factory=deque)
    _offset: int = 0

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)

    @property
    def speaking(self) -> bool:
        """True while speech is queued."""
        return bool(self._queue)

    def speak(self, samples: Samples, done: Callable[[int], None] | None = None) -> None:
        """Queues speech; `done(position)` is called with the position after its last sample."""
        self._queue.append((samples, done))

    def begin(self, answer: int) -> None:
        """Starts an answer: its noise depends on the answer alone, not on when it is given.

        So the same answer on the same frame grid has the same samples in every interview.
        """
        self._random = np.random.default_rng((self.seed, answer))
        self.speak(np.zeros(GRID, np.int16))

    def hush(self) -> None:
        """Drops what is queued."""
        self._queue.clear()
        self._offset = 0

    def capture(self, position: int, played: Samples) -> Samples:
        """Gives the frame captured at a position while `played` came from the loudspeaker."""
        count = len(played)
        frame = self._noise(count)
        filled = 0
        while filled < count and self._queue:
            samples, done = self._queue[0]
            part = samples[self._offset : self._offset + count - filled]
            frame[filled : filled + len(part)] += part
            filled += len(part)
            self._offset += len(part)
            if self._offset >= len(samples):
                self._queue.popleft()
                self._offset = 0
                if done is not None:
                    done(position + filled)
        if self.echo is not None:
            frame += self.echo.feed(played)
        return np.clip(frame, -32768, 32767).astype(np.int16)

    def _noise(self, count: int) -> NDArray[np.float32]:
        white = self._random.standard_normal(count).astype(np.float32)
        return self.noise_rms * white


def in_a_room(samples: Samples, *, seed: int | Sequence[int] = 0) -> Samples:
    """The same with the noise of a quiet room; alike for a seed and a length."""
    noise = np.random.default_rng(seed).normal(0, ROOM_RMS, len(samples))
    return np.clip(samples + noise, -32768, 32767).astype(np.int16)


def voiced_end(samples: Samples) -> int:
    """Finds the sample after the last voiced window of 10 ms; 0 where nothing is voiced."""
    whole = len(samples) // WINDOW * WINDOW
    windows = samples[:whole].astype(np.float32).reshape(-1, WINDOW)
    loud = np.flatnonzero(np.sqrt((windows**2).mean(axis=1)) > VOICED_RMS)
    return 0 if len(loud) == 0 else int(loud[-1] + 1) * WINDOW
