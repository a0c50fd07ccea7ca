"""The candidate's voice: answers rendered before the interview, kept by content on disk."""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from viva.audio.speech import Synthesizer
from viva.testkit.candidate.script import Answer, Pause, Samples, Say

CANDIDATE_VOICE = "am_michael"
SECOND_VOICE = "bf_emma"


def speech_cache() -> Path:
    """Names the folder that keeps rendered speech."""
    root = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(root).expanduser() / "viva" / "speech"


class Voice:
    """Renders the pieces of answers with two voices.

    Args:
        synthesizer: the speech synthesis; not loaded before the first piece that is not cached.
        voice: of the candidate.
        second: of the person beside.
    """

    def __init__(
        self,
        synthesizer: Callable[[], Synthesizer],
        *,
        voice: str = CANDIDATE_VOICE,
        second: str = SECOND_VOICE,
        cache: Path | None = None,
    ) -> None:
        self._make = synthesizer
        self._synthesizer: Synthesizer | None = None
        self._voice = voice
        self._second = second
        self._cache = cache or speech_cache()

    def render(self, piece: Say) -> Samples:
        """Gives the samples of one piece, from the cache where it was spoken before."""
        if piece.samples is not None:
            return piece.samples
        voice = self._second if piece.second_voice else self._voice
        key = hashlib.sha256(f"{voice}\n{piece.text}".encode()).hexdigest()
        path = self._cache / f"{key}.pcm"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            scratch = path.with_suffix(f".{os.getpid()}")
            scratch.write_bytes(self._speak(piece.text, voice))
            scratch.replace(path)
        return np.frombuffer(path.read_bytes(), dtype=np.int16)

    def prepare(
        self,
        answers: Iterable[Answer],
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        """Renders every piece ahead; `progress(done, total)` after each."""
        pieces = [piece for answer in answers for piece in answer if not isinstance(piece, Pause)]
        for done, piece in enumerate(pieces, start=1):
            self.render(piece)
            progress(done, len(pieces))

    def _speak(self, text: str, voice: str) -> bytes:
        if self._synthesizer is None:
            self._synthesizer = self._make()
        return self._synthesizer.synthesize(text, voice, 1.0)
