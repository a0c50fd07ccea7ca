"""One call of the exchange: its handset's sound both ways, its keys, its hook."""

import asyncio
import contextlib

import numpy as np
from baresip import AudioNotActive, AudioRestarted, BaresipError, Call

from viva.audio.pcm import FRAME_BYTES, SAMPLE_RATE_HZ, Samples, to_bytes, to_samples
from viva.audio.resample import StreamResampler
from viva.testkit.phone.handset import Handset

_TICK_S = 0.01
_FRAME_S = 0.02
_READ_BYTES = 192_000


class Extension:
    """Moves sound between a call of the stack and a handset until one of them ends.

    Args:
        ahead_ms: the stack holds so much of the microphone's sound; later than that, it has a gap.

    Attributes:
        gaps: packets that the stack had to fill with silence in the midst of sound.
    """

    def __init__(self, call: Call, handset: Handset, ahead_ms: int) -> None:
        self.gaps = 0
        self._call = call
        self._handset = handset
        self._ahead_s = ahead_ms / 1000
        self._up: StreamResampler | None = None
        self._down: StreamResampler | None = None
        self._heard = bytearray()
        self._keys: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Returns when the call is over."""
        loop = asyncio.get_running_loop()
        began_s, captured = loop.time(), 0
        while True:
            if self._handset.hung_up:
                with contextlib.suppress(BaresipError):
                    await self._call.hangup()
                return
            try:
                self._listen()
                # By the clock and not by what the stack took: so the microphone runs in real time.
                while captured * _FRAME_S < loop.time() - began_s + self._ahead_s:
                    captured += 1
                    self._speak(self._handset.capture())
                self.gaps = self._call.audio.stats().tx_starved_frames
            except AudioRestarted:
                self._up = self._down = None
            except (AudioNotActive, BaresipError):
                return
            self._press(self._handset.take_keys())
            await asyncio.sleep(_TICK_S)

    def _listen(self) -> None:
        info = self._call.audio.info()
        if not info.rx_ready:
            return
        self._up = self._up or StreamResampler(info.rx_sample_rate, SAMPLE_RATE_HZ)
        samples = _mono(to_samples(self._call.audio.read(_READ_BYTES)), info.rx_channels)
        self._heard += to_bytes(self._up.feed(samples))
        while len(self._heard) >= FRAME_BYTES:
            self._handset.hear(bytes(self._heard[:FRAME_BYTES]))
            del self._heard[:FRAME_BYTES]

    def _speak(self, frame: bytes | None) -> None:
        info = self._call.audio.info()
        if not info.tx_ready:
            return
        self._down = self._down or StreamResampler(SAMPLE_RATE_HZ, info.tx_sample_rate)
        narrow = self._down.feed(to_samples(frame or bytes(FRAME_BYTES)))
        self._call.audio.write(to_bytes(np.repeat(narrow, info.tx_channels)))

    def _press(self, digits: str) -> None:
        if digits:
            self._keys = asyncio.create_task(self._send(digits, self._keys))

    async def _send(self, digits: str, before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await before
        with contextlib.suppress(BaresipError):
            await self._call.send_dtmf(digits)


def _mono(samples: Samples, channels: int) -> Samples:
    if channels == 1:
        return samples
    return np.asarray(np.rint(samples.reshape(-1, channels).mean(axis=1)), dtype=np.int16)
