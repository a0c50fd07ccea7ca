"""The end-of-turn model: smart-turn v3.2, which listens to how the last seconds sound."""

from typing import Any

import numpy as np

from viva.audio.models.store import ModelStore
from viva.audio.pcm import to_float, to_samples
from viva.session.adapters.turn.log_mel import log_mel


class SmartTurn:
    """The loaded network; safe to call from many threads."""

    def __init__(self, store: ModelStore, *, threads: int = 1) -> None:
        """Loads the model.

        Raises:
            ModelMissingError: it is not on this machine.
        """
        from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]  # noqa: PLC0415

        options = SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session: Any = InferenceSession(
            str(store.file("smart-turn")), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def probability(self, pcm: bytes) -> float:
        """The probability, 0 to 1, that the speaker has finished.

        Args:
            pcm: the turn so far, PCM16 mono 16 kHz, ending in its pause; the last 8 s count.
        """
        features = log_mel(to_float(to_samples(pcm)))
        outputs = self._session.run(None, {self._input: features[np.newaxis]})
        return float(np.ravel(outputs[0])[0])
