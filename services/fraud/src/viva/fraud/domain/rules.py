"""The figures of both signals in one place; none of them is calibrated on rated interviews."""

import hashlib
from dataclasses import dataclass

VERSION = "2026.3"
CALIBRATION = "uncalibrated"


@dataclass(frozen=True)
class SpeakerRules:
    """When another voice is worth a look.

    Attributes:
        full_ms: other speech, alone or over the candidate's, that gives a score of 1.
        min_words: with fewer words of the other voice the score stays under the threshold: a
            cough or a slip of the clustering says nothing.
        min_overlap_ms: speech of two at once whose words nobody can count, yet long enough.
        min_speech_ms: less speech of anybody cannot be judged.
    """

    threshold: float = 0.5
    full_ms: int = 4_000
    min_words: int = 3
    min_overlap_ms: int = 2_000
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


SPEAKERS = SpeakerRules()
READING = ReadingRules()


def fingerprint() -> str:
    """SHA-256 of all figures, reported with every assessment."""
    return hashlib.sha256(repr((SPEAKERS, READING)).encode()).hexdigest()
