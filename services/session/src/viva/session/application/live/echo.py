"""Is it the candidate's voice, or the interviewer's that comes back from a loudspeaker?"""

import numpy as np
from numpy.typing import NDArray

from viva.audio.pcm import Samples, level_dbfs, to_float
from viva.session.domain.conversation.timing import samples

# Loudspeaker, room and driver delay the echo; the played runs are stamped at the loudspeaker.
LONGEST_DELAY_MS = 700
_PIECE = samples(250)
_LIKE = 0.45
_QUIET_DBFS = -55.0


def likeness(heard: Samples, played: Samples) -> float:
    """How much of what the microphone heard is what was played, 0 to 1.

    Each quarter of a second is sought in the played sound at every delay, because a device's clock
    drifts and its delay jumps; what counts is the median piece.

    Args:
        heard: the microphone from a position on.
        played: the interviewer's sound from `LONGEST_DELAY_MS` before that position, and as long.
    """
    found = []
    reach = samples(LONGEST_DELAY_MS)
    for start in range(0, len(heard) - _PIECE + 1, _PIECE):
        piece = heard[start : start + _PIECE]
        if level_dbfs(piece) < _QUIET_DBFS:
            continue
        around = played[start : start + reach + _PIECE]
        found.append(_peak(_whitened(to_float(piece)), _whitened(to_float(around))))
    return float(np.median(found)) if found else 0.0


def is_echo(heard: Samples, played: Samples) -> bool:
    """Whether what was heard is mostly what was played."""
    return likeness(heard, played) >= _LIKE


def is_quiet(heard: Samples) -> bool:
    """Whether it is too quiet to be somebody who interrupts."""
    return level_dbfs(heard) < _QUIET_DBFS


def _whitened(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Evens out the spectrum's slope, so that a room's bass does not decide."""
    return np.diff(audio, prepend=audio[:1])


def _peak(piece: NDArray[np.float32], around: NDArray[np.float32]) -> float:
    """The largest normalized correlation of the piece with any stretch of the other."""
    if len(around) < len(piece):
        return 0.0
    size = 1 << (len(around) + len(piece) - 1).bit_length()
    spectrum = np.fft.rfft(around, size) * np.conj(np.fft.rfft(piece, size))
    correlation = np.fft.irfft(spectrum, size)[: len(around) - len(piece) + 1]
    sums = np.concatenate([[0.0], np.cumsum(np.square(around, dtype=np.float64))])
    energy = sums[len(piece) :] - sums[: -len(piece)]
    scale = np.sqrt(np.maximum(energy, 1e-9) * max(float(np.sum(piece**2)), 1e-9))
    return float(np.max(np.abs(correlation) / scale))
