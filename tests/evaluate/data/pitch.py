"""A voice made higher or lower, as fast as before."""

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
from av.filter import Graph

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples


def shifted(samples: Samples, semitones: float) -> Samples:
    """The same words as long as before; resonances move with the pitch, as in another throat."""
    if not len(samples):
        return samples
    ratio = 2 ** (semitones / 12)
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=SAMPLE_RATE_HZ, format="s16", layout="mono", time_base=Fraction(1, 16_000)
    )
    steps = (
        source,
        graph.add("asetrate", str(round(SAMPLE_RATE_HZ * ratio))),
        graph.add("aresample", str(SAMPLE_RATE_HZ)),
        graph.add("atempo", f"{1 / ratio:.6f}"),
        graph.add("aformat", "sample_fmts=s16:channel_layouts=mono"),
        graph.add("abuffersink"),
    )
    for before, after in pairwise(steps):
        before.link_to(after)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
    frame.sample_rate = SAMPLE_RATE_HZ
    frame.pts = 0
    graph.push(frame)
    graph.push(None)
    found = np.concatenate(list(_pulled(graph)) or [np.zeros(0, np.int16)])
    return np.pad(found, (0, max(0, len(samples) - len(found))))[: len(samples)]


def _pulled(graph: Graph):  # type: ignore[no-untyped-def]
    while True:
        try:
            yield graph.pull().to_ndarray().reshape(-1).astype(np.int16)
        except (av.error.BlockingIOError, av.error.EOFError):
            return
