"""Knows by its sound what the interviewer asked: nobody on the telephone sees a screen."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viva.audio.resample import resample
from viva.testkit.candidate.script import SAMPLE_RATE_HZ, Samples, Say
from viva.testkit.candidate.voice import Voice

INTERVIEWER_VOICE = "af_heart"
"""Of a persona that names none: the session service's default."""
CONSENT = "consent"
CONSENT_QUESTION = "Do you agree to that? Press one for yes, or two for no."
_RATE_HZ = 4_000
"""Enough to tell sentences apart, and little work beside calls in real time."""
_PIECE = _RATE_HZ // 6
"""Long enough to be like nothing else, and so short that a packet that is shifted spoils few."""
_END = 6
_HEARD_S = 12
_SIZE = 1 << (_HEARD_S * _RATE_HZ + _PIECE).bit_length()
_ALIKE = 0.8
_SHARE = 0.3
"""Other sentences of the same voice share less than 0.1 of their pieces, at 5% lost packets a
question keeps more than half."""


def interviewer_says(questions: Iterable[Mapping[str, Any]]) -> dict[str, Say]:
    """What an ear should know, by question id: the questions of an order, and that for consent."""
    asked = {str(question["id"]): Say(str(question["text"])) for question in questions}
    return {CONSENT: Say(CONSENT_QUESTION)} | asked


class Ear:
    """Compares what was heard with questions as the interviewer's voice renders them.

    Speech synthesis gives the same samples for the same text, so a sixth of a second of a
    question correlates with itself even through G.711; what the line loses costs
    single pieces.

    Args:
        sounds: PCM16 at 16 kHz of each question, by its id.
    """

    def __init__(self, sounds: Mapping[str, Samples]) -> None:
        self._pieces = {
            key: [_Piece(piece) for piece in _pieces(_narrow(sound))]
            for key, sound in sounds.items()
        }

    @classmethod
    def knowing(cls, voice: Voice, says: Mapping[str, Say]) -> "Ear":
        """Of questions in the interviewer's voice."""
        return cls({key: voice.render(say) for key, say in says.items()})

    def understood(self, heard: Samples) -> str | None:
        """The question that was heard to its end; None where there is none.

        Args:
            heard: PCM16 at 16 kHz; of a long speech its last seconds.
        """
        haystack = _Haystack(_narrow(heard[-_HEARD_S * SAMPLE_RATE_HZ :]))
        found = {}
        for key, pieces in self._pieces.items():
            # Of a question that was broken off the end is missing: the rest need not be sought.
            end = [haystack.has(piece) for piece in pieces[-_END:]]
            if any(end):
                rest = [haystack.has(piece) for piece in pieces[:-_END]]
                found[key] = sum(end + rest) / len(pieces)
        best = max(found, key=lambda key: found[key], default=None)
        return best if best is not None and found[best] >= _SHARE else None


class _Piece:
    """A sixth of a second of a question, ready to be looked for."""

    def __init__(self, samples: NDArray[np.float64]) -> None:
        self.spectrum = np.conj(np.fft.rfft(samples, _SIZE))
        self.energy = max(float(np.sum(samples**2)), 1.0)


class _Haystack:
    """Heard sound, ready to be searched."""

    def __init__(self, heard: NDArray[np.float64]) -> None:
        self._spectrum = np.fft.rfft(heard, _SIZE)
        squares = np.concatenate([[0.0], np.cumsum(heard**2)])
        self._energy = np.maximum(squares[_PIECE:] - squares[:-_PIECE], 1.0)

    def has(self, piece: _Piece) -> bool:
        """Whether the piece is like what was heard at any place."""
        if not len(self._energy):
            return False
        dots = np.fft.irfft(self._spectrum * piece.spectrum, _SIZE)[: len(self._energy)]
        return bool((dots / np.sqrt(self._energy * piece.energy)).max() > _ALIKE)


def _narrow(sound: Samples) -> NDArray[np.float64]:
    return resample(sound, SAMPLE_RATE_HZ, _RATE_HZ).astype(np.float64)


def _pieces(sound: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Pieces from the beginning to the end, somewhat over each other."""
    starts = np.linspace(0, max(0, len(sound) - _PIECE), max(_END, -(-len(sound) // _PIECE)))
    return [sound[start : start + _PIECE] for start in starts.astype(int)]
