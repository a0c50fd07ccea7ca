"""What goes into the attribution of an answer and what comes out."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from viva.diarization.domain.model import (
    Channel,
    ComparedSpeech,
    Role,
    Span,
    SpokenWord,
    Turn,
    Voice,
    Word,
)


@dataclass(frozen=True, eq=False)
class VoiceRecord:
    """The voices of one answer, kept for the answers after it.

    Attributes:
        position: where the answer began, samples on the interview's clock: the order of answers.
        windows: pieces of its speech.
        roles: whose each piece was.
        embeddings: unit vectors of the pieces, shape (windows, size).
    """

    answer_id: str
    revision: int
    position: int
    windows: tuple[Span, ...]
    roles: tuple[Role, ...]
    embeddings: NDArray[np.float32]


@dataclass(frozen=True)
class AnswerAudio:
    """An answer to be attributed; picklable, it travels to the worker.

    Attributes:
        wav: the candidate's channel.
        speech: voiced spans, as recognition found them.
        earlier: records of the answers before, in order.
        interviewer_wav: the interviewer's voice; empty where it is not known.
        interviewer_key: names that voice: it is analysed once.
        interviewer_spans: where the interviewer was heard while this was recorded.
    """

    answer_id: str
    revision: int
    position: int
    channel: Channel
    wav: bytes
    speech: tuple[Span, ...]
    words: tuple[Word, ...]
    earlier: tuple[VoiceRecord, ...] = ()
    interviewer_wav: bytes = b""
    interviewer_key: str = ""
    interviewer_spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Fingerprint:
    """What produced a result: the same fingerprint gives the same result for the same audio."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Attributed:
    """Who spoke when.

    Attributes:
        words: one for each of the answer's words, in order.
        candidate_wav: the answer with all other voices silenced; times as they were.
        overlaps: where two voices speak at once, the interviewer's echo not counted.
        least_alike: what sounds least like the candidate; None where nothing can be compared.
        record: for the answers after this one.
    """

    voices: tuple[Voice, ...]
    turns: tuple[Turn, ...]
    words: tuple[SpokenWord, ...]
    candidate_wav: bytes = field(repr=False)
    record: VoiceRecord = field(repr=False)
    overlaps: tuple[Span, ...] = ()
    least_alike: ComparedSpeech | None = None
    models: tuple[Fingerprint, ...] = ()
