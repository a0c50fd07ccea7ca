"""Rendered prompts in memory: a reply is sent without a read."""

from collections import OrderedDict

from viva.audio.pcm import to_bytes
from viva.audio.wav import read_wav
from viva.platform.objects import Objects

_LIMIT_BYTES = 256 * 1024 * 1024


class PromptLibrary:
    """Samples of prompts by the hash of their object; the least used are forgotten."""

    def __init__(self, objects: Objects, *, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._objects = objects
        self._limit_bytes = limit_bytes
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    async def pcm(self, object_key: str, sha256: str) -> bytes:
        """A prompt's samples.

        Raises:
            NotFoundError: it is not in the store.
            InvalidError: it is not what was rendered.
            TransientError: the store is away.
        """
        if sha256 in self._held:
            self._held.move_to_end(sha256)
            return self._held[sha256]
        pcm = to_bytes(read_wav(await self._objects.get(object_key, sha256)))
        if sha256 not in self._held:
            self._held[sha256] = pcm
            self._bytes += len(pcm)
        while self._bytes > self._limit_bytes and len(self._held) > 1:
            _, dropped = self._held.popitem(last=False)
            self._bytes -= len(dropped)
        return pcm
