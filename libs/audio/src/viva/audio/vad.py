"""Voice activity by silero-vad: a speech probability for each 32 ms of a stream.

The network (silero-vad 6, ONNX) reads 512 new samples behind the 64 samples before them, and hands
its recurrent state of shape (2, 1, 128) from frame to frame. Needs the extra `vad`.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viva.audio.gate import GateSettings, SpeechBegan, SpeechEnded, SpeechGate
from viva.audio.models.store import ModelStore
from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, samples_in, to_float, to_samples

WINDOW_SAMPLES = 512
_CONTEXT_SAMPLES = 64
_State = NDArray[np.float32]


class SpeechSpan(NamedTuple):
    """A stretch of speech, from sample `start` until before sample `end`."""

    start: int
    end: int


class VoiceActivityDetector:
    """The loaded network, shared by all streams of a process; safe to call from many threads."""

    def __init__(self, store: ModelStore, *, threads: int = 1) -> None:
        """Load the model.

        Raises:
            ModelMissingError: it is not on this machine.
        """
        from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]  # noqa: PLC0415

        options = SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Spinning threads between 0.2 ms calls would cost more CPU than the calls themselves.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session: Any = InferenceSession(
            str(store.file("silero-vad")), options, providers=["CPUExecutionProvider"]
        )
        self._rate = np.array(SAMPLE_RATE_HZ, dtype=np.int64)

    def open(self) -> "VadStream":
        """A new stream with a state of its own."""
        return VadStream(self)

    def infer(self, window: NDArray[np.float32], state: _State) -> tuple[float, _State]:
        """Probability of one window, context included (shape (1, 576)), and the next state."""
        inputs = {"input": window, "state": state, "sr": self._rate}
        output, following = self._session.run(None, inputs)
        return float(output[0, 0]), following

    def probabilities(self, samples: Samples) -> list[float]:
        """Probability of each 512 samples of a recording; the last window is filled up."""
        padding = -len(samples) % WINDOW_SAMPLES
        return self.open().feed(np.pad(samples, (0, padding)))

    def speech_spans(
        self, samples: Samples, settings: GateSettings | None = None, *, pad_ms: int = 0
    ) -> list[SpeechSpan]:
        """Where a recording has speech, in order.

        Args:
            samples: mono at 16 kHz.
            settings: the gate's; its defaults if None.
            pad_ms: each span grows by this on both sides, within the recording; spans that then
                touch are joined.
        """
        gate = SpeechGate(settings, frame_samples=WINDOW_SAMPLES)
        events = [gate.feed(probability) for probability in self.probabilities(samples)]
        spans: list[SpeechSpan] = []
        pad, start = samples_in(pad_ms), 0
        for event in [*events, gate.finish()]:
            match event:
                case SpeechBegan(position=position):
                    start = max(0, position - pad)
                case SpeechEnded(position=position):
                    end = min(len(samples), position + pad)
                    if spans and start <= spans[-1].end:
                        start = spans.pop().start
                    spans.append(SpeechSpan(start, end))
        return spans


class VadStream:
    """One stream's state; one thread at a time."""

    def __init__(self, detector: VoiceActivityDetector) -> None:
        self._detector = detector
        self.reset()

    @property
    def position(self) -> int:
        """Samples that the probabilities so far stand for."""
        return self._position

    def reset(self) -> None:
        """Forget all audio: the stream begins anew at position 0."""
        self._state: _State = np.zeros((2, 1, 128), dtype=np.float32)
        # The context of the next window, then the samples that do not fill one yet.
        self._pending = np.zeros(_CONTEXT_SAMPLES, dtype=np.float32)
        self._position = 0

    def feed(self, pcm: bytes | Samples) -> list[float]:
        """Take audio of any length and return a probability for each window that is full now."""
        samples = to_samples(pcm) if isinstance(pcm, bytes) else pcm
        self._pending = np.concatenate([self._pending, to_float(samples)])
        found = []
        while len(self._pending) >= _CONTEXT_SAMPLES + WINDOW_SAMPLES:
            window = self._pending[None, : _CONTEXT_SAMPLES + WINDOW_SAMPLES]
            probability, self._state = self._detector.infer(window, self._state)
            found.append(probability)
            self._pending = self._pending[WINDOW_SAMPLES:]
            self._position += WINDOW_SAMPLES
        return found
