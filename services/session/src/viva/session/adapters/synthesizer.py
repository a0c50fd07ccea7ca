"""The interviewer's voice: Kokoro in a niced process of its own, loaded when it is first needed."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from viva.audio.models.store import ModelStore
from viva.audio.pcm import to_samples
from viva.audio.speech import Synthesizer, rendering_fingerprint
from viva.audio.wav import write_wav
from viva.platform.worker_process import WorkerProcess

# Rendering is work ahead: live conversations on the same machine go first.
_NICE = 10

_Text = tuple[str, str]
"""What to say, and in which voice."""


class KokoroVoice:
    """Renders prompts, one at a time, in the order of asking.

    Args:
        threads: of one rendering.
        idle_s: without a text for this long the model is let go.
    """

    def __init__(self, store: ModelStore, *, threads: int, idle_s: float = 120) -> None:
        """Finds the model.

        Raises:
            ModelMissingError: it is not on this machine.
        """
        store.path("kokoro")
        self._model = rendering_fingerprint(store)
        self._load = partial(_load, store.root, threads)
        self._idle_s = idle_s
        self._worker: WorkerProcess[_Text, bytes] | None = None
        self._waiting = 0
        self._used_at = 0.0

    def fingerprint(self, text: str, voice: str) -> str:
        """Names the sound: the same text, voice and model give the same one."""
        digest = hashlib.sha256()
        for part in (self._model, voice, text):
            encoded = part.encode()
            digest.update(len(encoded).to_bytes(4, "big") + encoded)
        return digest.hexdigest()

    async def speak(self, text: str, voice: str) -> bytes:
        """PCM16 mono at 16 kHz.

        Raises:
            InvalidError: unknown voice, or nothing that can be spoken.
        """
        if self._worker is None:
            self._worker = WorkerProcess("viva-voice", self._load, nice=_NICE, job_timeout_s=120)
        self._waiting += 1
        try:
            return await self._worker.run((text, voice))
        finally:
            self._waiting -= 1
            self._used_at = time.monotonic()

    async def run(self) -> None:
        """Lets the model go when nobody needs it; until cancelled."""
        while True:
            await asyncio.sleep(self._idle_s / 4)
            if not self._waiting and time.monotonic() - self._used_at > self._idle_s:
                await self.stop()

    async def start(self) -> None:
        """Nothing is loaded before the first text."""

    async def stop(self) -> None:
        """Ends the process; a text under way is rendered again by whoever takes its job."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.stop()


def wav_of(pcm: bytes) -> bytes:
    """A WAV file of PCM16 mono at 16 kHz."""
    return write_wav(to_samples(pcm))


def _load(models: Path, threads: int) -> Callable[[_Text], bytes]:
    synthesizer = Synthesizer(ModelStore(models), threads=threads)
    return lambda job: synthesizer.synthesize(*job)
