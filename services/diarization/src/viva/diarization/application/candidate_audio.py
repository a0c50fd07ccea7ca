"""The answer with only the candidate's voice in it."""

from collections.abc import Iterable

import numpy as np

from viva.audio.pcm import Samples, samples_in
from viva.diarization.domain.model import Span

_FADE_MS = 10


def without(samples: Samples, silenced: Iterable[Span]) -> Samples:
    """A copy in which some spans are silent, with short fades inside them; times stay."""
    result = samples.copy()
    for span in silenced:
        start = min(samples_in(span.start_ms), len(result))
        end = min(samples_in(span.end_ms), len(result))
        fade = min(samples_in(_FADE_MS), (end - start) // 2)
        down = np.linspace(1, 0, fade, endpoint=False)
        head = (result[start : start + fade] * down).astype(np.int16)
        tail = (result[end - fade : end] * down[::-1]).astype(np.int16)
        result[start:end] = 0
        result[start : start + fade] = head
        result[end - fade : end] = tail
    return result
