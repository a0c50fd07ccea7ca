"""The figures of both signals in one place, and how often they raised a false alarm."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from viva.fraud.domain.model import Channel, FalseAlarms

VERSION = "2026.4"
_INTERVIEWS = 300
_BOUND = 0.01


@dataclass(frozen=True)
class SpeakerRules:
    """When another voice is worth a look.

    Attributes:
        limit: by channel, in nats: what is as much likelier another's voice than the candidate's
            has a score of a half.
        scale: nats beside the limit that move the score from 0.5 to 0.73.
        full_overlap_ms: speech of two at once that gives a score of 1, whoever they are.
        min_words: with fewer words in it the score stays under the threshold: a cough is no voice.
        min_speech_ms: less speech of anybody cannot be judged.
    """

    limit: Mapping[Channel, float]
    threshold: float = 0.5
    scale: float = 4.0
    full_overlap_ms: int = 4_000
    min_words: int = 3
    min_speech_ms: int = 3_000


@dataclass(frozen=True)
class ReadingRules:
    """When answers differ from the warm-up as reading differs from speaking.

    Each cue is a difference, divided by its scale (that of repairs by the greater rate, if that is
    more) and cut to -1..1; the score is their weighted sum, at least 0. Where pauses fall and how
    often speech is mended weigh most: neither alone reaches the threshold, with both no other cue
    is needed. The warm-up and the answers must hold enough to compare.
    """

    threshold: float = 0.65
    boundary_weight: float = 0.43
    boundary_scale: float = 0.4
    repair_weight: float = 0.43
    repair_scale: float = 5.0
    steadiness_weight: float = 0.07
    steadiness_scale: float = 0.15
    regularity_weight: float = 0.07
    regularity_scale: float = 0.3
    pause_ms: int = 200
    min_warm_up_words: int = 20
    min_warm_up_pauses: int = 3
    min_words: int = 40
    min_pauses: int = 6


SPEAKERS = SpeakerRules(limit={Channel.BROWSER: 4.5, Channel.PHONE: 6.0})
READING = ReadingRules()

SPEAKERS_FALSE_ALARMS: Mapping[Channel, FalseAlarms] = {}
"""Of an interview; `make evaluate` (task `multiple_speakers`) counts them."""


def calibration(found: FalseAlarms | None) -> str:
    """What a signal with these false alarms may be called."""
    few = found is not None and found.interviews >= _INTERVIEWS and found.upper_bound <= _BOUND
    return "calibrated" if few else "uncalibrated"


def fingerprint() -> str:
    """SHA-256 of all figures, reported with every assessment."""
    figures = (SPEAKERS, READING, SPEAKERS_FALSE_ALARMS)
    return hashlib.sha256(repr(figures).encode()).hexdigest()
