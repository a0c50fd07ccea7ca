"""Real people who speak in one manner throughout, as fraud gets their answers.

Meetings hold free speech, of one person after another; the rated set is read throughout. Neither
has the same person both ways: what they show is how often somebody is flagged who never changed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from tests.evaluate.data.audio import read_audio
from tests.evaluate.data.joined import Joined, by_speaker
from tests.evaluate.data.recognizer import TranscriptCache
from tests.evaluate.data.rttm import recordings
from tests.evaluate.data.speechocean import Utterance
from viva.asr.domain.model import Span as HeardSpan
from viva.asr.domain.model import Transcript
from viva.diarization.domain.model import Turn
from viva.fraud.domain.manner import manner_of
from viva.fraud.domain.model import Answer, Span, SpokenWord
from viva.fraud.domain.rules import READING

_TURNS_APART_MS = 2_000
_PIECE_MS = 10_000

Told = dict[str, list[Answer]]


def answer_of(name: str, heard: Transcript, *, warm_up: bool = False) -> Answer:
    """A transcript as fraud decodes it."""
    return Answer(
        name,
        1,
        tuple(SpokenWord(w.text, Span(w.start_ms, w.end_ms)) for w in heard.words),
        warm_up=warm_up,
        speech=_spans(heard.speech),
        filled_pauses=_spans(heard.filled_pauses),
    )


def read_aloud(utterances: Sequence[Utterance], cache: TranscriptCache) -> Told:
    """Each speaker's answers, put together from sentences that were read; the first warms up."""
    return {
        speaker: _warmed_up([_joined(one, cache) for one in answers])
        for speaker, answers in by_speaker(utterances).items()
    }


def in_meetings(folder: Path, cache: TranscriptCache) -> Told:
    """What each person says in recorded meetings, in pieces of some ten seconds."""
    found: Told = {}
    for path, turns in recordings(folder):
        whole = answer_of(path.stem, cache.transcribe(read_audio(path)))
        for voice in dict.fromkeys(turn.voice for turn in turns):
            own = [_span(turn) for turn in turns if turn.voice == voice]
            others = [_span(turn) for turn in turns if turn.voice != voice]
            found.setdefault(voice, []).extend(_pieces(whole, own, others))
    return {voice: _warmed_up(answers) for voice, answers in found.items()}


def _joined(one: Joined, cache: TranscriptCache) -> Answer:
    """The silences that were put between the sentences count as the interviewer's."""
    gaps = [Span(before.span.end_ms, after.span.start_ms) for before, after in pairwise(one.pieces)]
    heard = answer_of(one.pieces[0].utterance.id, cache.transcribe(one.samples))
    return replace(heard, interviewer=tuple(gaps))


def _warmed_up(answers: Sequence[Answer]) -> list[Answer]:
    """The first answers warm up until they are enough to compare with."""
    found: list[Answer] = []
    words = pauses = 0
    for one in answers:
        enough = words >= READING.min_warm_up_words and pauses >= READING.min_warm_up_pauses
        found.append(replace(one, warm_up=not enough))
        manner = manner_of(one, READING.pause_ms)
        words, pauses = words + manner.words, pauses + len(manner.pauses)
    return found


def _pieces(whole: Answer, own: Sequence[Span], others: Sequence[Span]) -> Iterator[Answer]:
    """Stretches in which one person speaks on, cut to pieces."""
    stretches: list[Span] = []
    for turn in sorted(own, key=lambda span: span.start_ms):
        gap = Span(stretches[-1].end_ms, turn.start_ms) if stretches else None
        if gap and gap.length_ms < _TURNS_APART_MS and not any(gap.meets(o) for o in others):
            stretches[-1] = Span(stretches[-1].start_ms, max(stretches[-1].end_ms, turn.end_ms))
        else:
            stretches.append(turn)
    for number, stretch in enumerate(stretches):
        for start in range(stretch.start_ms, stretch.end_ms, _PIECE_MS):
            piece = Span(start, min(stretch.end_ms, start + _PIECE_MS))
            words = [word for word in whole.words if _middle_in(word.span, piece)]
            if words:
                yield replace(
                    whole,
                    answer_id=f"{whole.answer_id}-{number}-{start}",
                    words=tuple(
                        replace(word, dropped=any(word.span.meets(o) for o in others))
                        for word in words
                    ),
                    speech=_within(whole.speech, piece),
                    filled_pauses=_within(whole.filled_pauses, piece),
                    other_turns=tuple(others),
                )


def _within(spans: Iterable[Span], piece: Span) -> tuple[Span, ...]:
    cut = (
        Span(max(span.start_ms, piece.start_ms), min(span.end_ms, piece.end_ms)) for span in spans
    )
    return tuple(span for span in cut if span.length_ms)


def _middle_in(span: Span, piece: Span) -> bool:
    return piece.start_ms <= (span.start_ms + span.end_ms) / 2 < piece.end_ms


def _span(turn: Turn) -> Span:
    return Span(turn.span.start_ms, turn.span.end_ms)


def _spans(found: Iterable[HeardSpan]) -> tuple[Span, ...]:
    return tuple(Span(span.start_ms, span.end_ms) for span in found)
