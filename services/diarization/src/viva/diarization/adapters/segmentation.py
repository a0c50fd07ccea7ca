"""Who of up to three voices speaks at each moment, by pyannote's segmentation network."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import torch

from viva.audio.models.store import ModelStore
from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, milliseconds_of
from viva.diarization.adapters.segmentation_network import (
    CLASSES,
    FIELD,
    FRAME_SHIFT,
    VOICES,
    SegmentationNetwork,
)
from viva.diarization.domain.model import Span, Turn

PIECE = 10 * SAMPLE_RATE_HZ
"""What the network was trained on; longer audio is taken piece by piece."""

_SHARED = SAMPLE_RATE_HZ


class PyannoteActivity:
    """Pieces of ten seconds that share one; a voice's number holds within its piece only."""

    def __init__(self, store: ModelStore, model: str = "pyannote-segmentation") -> None:
        self._network = SegmentationNetwork.load(store.file(model))

    def turns(self, samples: Samples) -> list[Turn]:
        """See the port."""
        found: list[Turn] = []
        for number, (start, first, last) in enumerate(_pieces(len(samples))):
            audio = samples[start : start + PIECE].astype(np.float32) / 32768
            classes = self._network(torch.from_numpy(audio).unsqueeze(0))[0].tolist()
            for voice in range(VOICES):
                active = [voice in CLASSES[one] for one in classes]
                found += [
                    Turn(span, f"{number}-{voice}") for span in _spans(active, start, first, last)
                ]
        return sorted(found, key=lambda turn: (turn.span, turn.voice))


def _pieces(length: int) -> Iterator[tuple[int, int, int]]:
    """Start of each piece, and from where to where its frames count; all in samples."""
    if length < FIELD:
        return
    starts = list(range(0, max(1, length - _SHARED), PIECE - _SHARED))
    starts[-1] = max(0, min(starts[-1], length - PIECE))
    for place, start in enumerate(starts):
        first = (start + starts[place - 1] + PIECE) // 2 if place else 0
        following = starts[place + 1] if place + 1 < len(starts) else None
        last = length if following is None else (following + start + PIECE) // 2
        yield start, first, last


def _spans(active: Sequence[bool], start: int, first: int, last: int) -> Iterator[Span]:
    """Runs of active frames, each as wide as its step, between two samples."""
    margin = (FIELD - FRAME_SHIFT) // 2
    place = 0
    for is_active, run in groupby(active):
        count = len(list(run))
        begins = max(first, start + margin + place * FRAME_SHIFT)
        ends = min(last, start + margin + (place + count) * FRAME_SHIFT)
        place += count
        if is_active and begins < ends:
            yield Span(int(milliseconds_of(begins)), int(milliseconds_of(ends)))
