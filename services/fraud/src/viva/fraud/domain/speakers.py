"""Another person's voice in the candidate's channel."""

import itertools
from collections.abc import Iterator, Sequence

from viva.fraud.domain.model import Answer, Evidence, Feature, Kind, Signal, Span
from viva.fraud.domain.rules import SPEAKERS, SpeakerRules

_MAX_EVIDENCE = 5
_NO_WORDS = "(another voice)"
_AT_ONCE = "(two voices at once)"


def multiple_speakers(answers: Sequence[Answer], rules: SpeakerRules = SPEAKERS) -> Signal:
    """Judges how long others speak, in one answer or in all answers of an interview.

    The interviewer's voice and its echo are nobody else's; diarization has told them apart.
    """
    candidate_ms = sum(answer.candidate_ms for answer in answers)
    other_ms = sum(answer.other_ms for answer in answers)
    other_words = sum(word.dropped for answer in answers for word in answer.words)
    overlap_ms = sum(span.length_ms for answer in answers for span in _apart(answer))
    spoken_ms = candidate_ms + other_ms
    if spoken_ms < rules.min_speech_ms:
        return Signal(
            Kind.MULTIPLE_SPEAKERS,
            None,
            rules.threshold,
            f"Too little speech to judge: {_seconds(spoken_ms)}.",
        )
    score = min(1.0, (other_ms + overlap_ms) / rules.full_ms)
    if other_words < rules.min_words and overlap_ms < rules.min_overlap_ms:
        score = min(score, rules.threshold - 0.01)
    return Signal(
        Kind.MULTIPLE_SPEAKERS,
        round(score, 4),
        rules.threshold,
        _explanation(other_ms, spoken_ms, other_words, overlap_ms),
        tuple(itertools.islice(_evidence(answers), _MAX_EVIDENCE)),
        (
            Feature("other_speech", other_ms / 1000, "s"),
            Feature("other_speech_share", round(other_ms / spoken_ms, 4), "share"),
            Feature("other_words", float(other_words), "words"),
            Feature("overlapped_speech", overlap_ms / 1000, "s"),
        ),
    )


def _apart(answer: Answer) -> list[Span]:
    """Overlapped speech that is no turn of the other voice's already."""
    return [
        span for span in answer.overlaps if not any(turn.meets(span) for turn in answer.other_turns)
    ]


def _explanation(other_ms: int, spoken_ms: int, words: int, overlap_ms: int) -> str:
    if not other_ms and not overlap_ms:
        return "Only one voice beside the interviewer's is heard."
    said = []
    if other_ms:
        said.append(
            f"A voice that is not the candidate's speaks for {_seconds(other_ms)} of"
            f" {_seconds(spoken_ms)}, {words} words; they were not scored."
        )
    if overlap_ms:
        said.append(f"Two voices speak at once for {_seconds(overlap_ms)}.")
    return " ".join(said)


def _evidence(answers: Sequence[Answer]) -> Iterator[Evidence]:
    for answer in answers:
        runs = [
            list(run)
            for dropped, run in itertools.groupby(answer.words, key=lambda word: word.dropped)
            if dropped
        ]
        for run in runs:
            span = Span(run[0].span.start_ms, run[-1].span.end_ms)
            yield Evidence(answer.answer_id, " ".join(word.text for word in run), span)
        if not runs:
            for turn in answer.other_turns:
                yield Evidence(answer.answer_id, _NO_WORDS, turn)
        for span in _apart(answer):
            yield Evidence(answer.answer_id, _AT_ONCE, span)


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f} s"
