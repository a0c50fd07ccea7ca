"""Short recordings of one person joined into answers as long as an interview's, and cut again.

The recognizer hears 30 s at once whether they are full or not, and free answers are no clips of
four seconds; what is said in each clip is told apart by its time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.data.speechocean import Utterance
from viva.asr.domain.model import Transcript
from viva.audio.pcm import SAMPLE_RATE_HZ, Samples
from viva.scoring.domain.model import Answer, Span, SpokenWord

GAP_MS = 700
MAX_MS = 27_000
_EDGE_MS = 150  # word times are this blurred
_PER_MS = SAMPLE_RATE_HZ // 1000


@dataclass(frozen=True)
class Piece:
    """Where one utterance lies in the joined answer."""

    utterance: Utterance
    span: Span


@dataclass(frozen=True)
class Joined:
    """Utterances of one speaker, one after another."""

    speaker: str
    pieces: tuple[Piece, ...]
    samples: Samples


@dataclass(frozen=True)
class Heard:
    """One joined answer, recognized.

    Attributes:
        whole: as scoring gets it; the gaps between utterances count as the interviewer's.
        parts: the same, cut into utterances, times from the start of each.
    """

    joined: Joined
    whole: Answer
    parts: tuple[tuple[Utterance, Answer], ...]


def join(utterances: Sequence[Utterance]) -> Iterator[Joined]:
    """Answers of at most `MAX_MS`, in the order of the utterances; silence between them."""
    speakers = dict.fromkeys(one.speaker for one in utterances)
    for speaker in speakers:
        pieces: list[Piece] = []
        audio: list[Samples] = []
        for one in (u for u in utterances if u.speaker == speaker):
            samples = one.samples()
            start = pieces[-1].span.end_ms + GAP_MS if pieces else 0
            length = len(samples) // _PER_MS
            if pieces and start + length > MAX_MS:
                yield Joined(speaker, tuple(pieces), _laid_out(pieces, audio))
                pieces, audio, start = [], [], 0
            pieces.append(Piece(one, Span(start, start + length)))
            audio.append(samples)
        if pieces:
            yield Joined(speaker, tuple(pieces), _laid_out(pieces, audio))


def by_speaker(utterances: Sequence[Utterance], most: int = 0) -> dict[str, list[Joined]]:
    """Each speaker's joined answers, the first `most` of them; 0 takes all."""
    found: dict[str, list[Joined]] = {}
    for one in join(utterances):
        answers = found.setdefault(one.speaker, [])
        if not most or len(answers) < most:
            answers.append(one)
    return found


def hear(
    joined: Joined,
    cache: TranscriptCache,
    channel: Callable[[Samples], Samples] = lambda samples: samples,
) -> Heard:
    """Recognizes a joined answer, through a channel if one is given."""
    transcript = cache.transcribe(channel(joined.samples))
    gaps = [
        Span(before.span.end_ms, after.span.start_ms)
        for before, after in zip(joined.pieces, joined.pieces[1:], strict=False)
    ]
    name = joined.pieces[0].utterance.id
    whole = replace(answer_of(name, transcript), interviewer=tuple(gaps))
    parts = [(piece.utterance, _part(whole, piece)) for piece in joined.pieces]
    return Heard(joined, whole, tuple(parts))


def answer_of(name: str, transcript: Transcript, question: str = "") -> Answer:
    """A transcript as scoring gets it."""
    return Answer(
        name,
        1,
        name,
        question,
        tuple(
            SpokenWord(w.text, Span(w.start_ms, w.end_ms), confidence=w.confidence)
            for w in transcript.words
        ),
        heard_language=transcript.language,
        language_probability=transcript.language_probability or None,
        speech=tuple(Span(s.start_ms, s.end_ms) for s in transcript.speech),
        syllables_ms=transcript.syllables_ms,
    )


def _part(whole: Answer, piece: Piece) -> Answer:
    start, end = piece.span.start_ms, piece.span.end_ms

    def cut(span: Span) -> Span:
        return Span(max(0, span.start_ms - start), min(end, span.end_ms) - start)

    return replace(
        whole,
        answer_id=piece.utterance.id,
        question_id=piece.utterance.id,
        words=tuple(
            replace(word, span=cut(word.span))
            for word in whole.words
            if start - _EDGE_MS <= (word.span.start_ms + word.span.end_ms) / 2 < end + _EDGE_MS
        ),
        speech=tuple(cut(s) for s in whole.speech if s.end_ms > start and s.start_ms < end),
        syllables_ms=tuple(at - start for at in whole.syllables_ms if start <= at < end),
        interviewer=(),
    )


def _laid_out(pieces: Sequence[Piece], audio: Sequence[Samples]) -> Samples:
    whole = np.zeros(pieces[-1].span.start_ms * _PER_MS + len(audio[-1]), np.int16)
    for piece, samples in zip(pieces, audio, strict=True):
        start = piece.span.start_ms * _PER_MS
        whole[start : start + len(samples)] = samples
    return whole
