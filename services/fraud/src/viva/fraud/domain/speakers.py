"""Another person's voice in the candidate's channel."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from viva.fraud.domain.model import (
    Answer,
    Evidence,
    Feature,
    Kind,
    Signal,
    Span,
)
from viva.fraud.domain.rules import SPEAKERS, SPEAKERS_FALSE_ALARMS, SpeakerRules

_MAX_EVIDENCE = 5
_MAX_NATS = 50.0
_NO_WORDS = "(another voice)"
_AT_ONCE = "(two voices at once)"


def multiple_speakers(answers: Sequence[Answer], rules: SpeakerRules = SPEAKERS) -> Signal:
    """Judges what sounds least like the candidate, in one answer or in all of an interview.

    The interviewer's voice and its echo are nobody else's; diarization has told them apart.
    """
    candidate_ms = sum(answer.candidate_ms for answer in answers)
    other_ms = sum(answer.other_ms for answer in answers)
    other_words = sum(word.dropped for answer in answers for word in answer.words)
    overlap_ms = sum(span.length_ms for answer in answers for span in _apart(answer))
    spoken_ms = candidate_ms + other_ms
    if spoken_ms < rules.min_speech_ms:
        return _unjudged(f"Too little speech to judge: {_seconds(spoken_ms)}.", rules)
    doubts = [doubt for answer in answers if (doubt := _doubt(answer, rules)) is not None]
    if not doubts and not overlap_ms:
        return _unjudged("Too little speech to compare with.", rules)
    doubt = max(doubts, default=-_MAX_NATS)
    score = max(_share(doubt - _limit(answers, rules), rules), overlap_ms / rules.full_overlap_ms)
    return Signal(
        Kind.MULTIPLE_SPEAKERS,
        round(min(1.0, score), 4),
        rules.threshold,
        _explanation(other_ms, spoken_ms, other_words, overlap_ms, _doubtful_ms(answers, rules)),
        tuple(itertools.islice(_evidence(answers, rules), _MAX_EVIDENCE)),
        (
            Feature("other_speech", other_ms / 1000, "s"),
            Feature("other_speech_share", round(other_ms / spoken_ms, 4), "share"),
            Feature("other_words", float(other_words), "words"),
            Feature("overlapped_speech", overlap_ms / 1000, "s"),
            Feature("another_voice", round(doubt, 2), "nats"),
        ),
    )


def of_interview(answers: Sequence[Answer]) -> Signal:
    """All answers, with what was counted on clean interviews of their channel."""
    counted = SPEAKERS_FALSE_ALARMS.get(answers[0].channel) if answers else None
    return replace(multiple_speakers(answers), false_alarms=counted)


def _unjudged(why: str, rules: SpeakerRules) -> Signal:
    return Signal(Kind.MULTIPLE_SPEAKERS, None, rules.threshold, why)


def _limit(answers: Sequence[Answer], rules: SpeakerRules) -> float:
    """An interview has one channel."""
    return rules.limit[answers[0].channel]


def _share(above: float, rules: SpeakerRules) -> float:
    """0 to 1, a half at the limit."""
    return 1 / (1 + math.exp(-above / rules.scale))


def _doubt(answer: Answer, rules: SpeakerRules) -> float | None:
    """How much likelier, in nats, the least alike speech is another's; short of words, no more
    than just under the limit."""
    least = answer.least_alike
    if least is None:
        return None
    doubt = max(-_MAX_NATS, min(_MAX_NATS, -least.candidate_llr))
    if sum(word.span.meets(least.span) for word in answer.words) < rules.min_words:
        return min(doubt, rules.limit[answer.channel] - 0.1)
    return doubt


def _apart(answer: Answer) -> list[Span]:
    """Overlapped speech that is no turn of the other voice's already."""
    return [
        span for span in answer.overlaps if not any(turn.meets(span) for turn in answer.other_turns)
    ]


def _doubtful_ms(answers: Sequence[Answer], rules: SpeakerRules) -> int:
    """Speech that is likelier another's by the limit, where no other voice was found."""
    return sum(
        one.span.length_ms
        for answer in answers
        if not answer.other_ms
        for one in _doubtful(answer, rules)
    )


def _explanation(
    other_ms: int, spoken_ms: int, words: int, overlap_ms: int, doubtful_ms: int
) -> str:
    if not other_ms and not overlap_ms and not doubtful_ms:
        return "Only one voice beside the interviewer's is heard."
    said = []
    if other_ms:
        said.append(
            f"A voice that is not the candidate's speaks for {_seconds(other_ms)} of"
            f" {_seconds(spoken_ms)}, {words} words; they were not scored."
        )
    if doubtful_ms:
        said.append(
            f"{_seconds(doubtful_ms)} given to the candidate sound like another voice; "
            "they were scored."
        )
    if overlap_ms:
        said.append(f"Two voices speak at once for {_seconds(overlap_ms)}.")
    return " ".join(said)


def _evidence(answers: Sequence[Answer], rules: SpeakerRules) -> Iterator[Evidence]:
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
        if not runs and not answer.other_turns:
            yield from _doubtful(answer, rules)
        for span in _apart(answer):
            yield Evidence(answer.answer_id, _AT_ONCE, span)


def _doubtful(answer: Answer, rules: SpeakerRules) -> Iterator[Evidence]:
    """Speech that was given to the candidate, though it is likelier another's by the limit."""
    doubt, least = _doubt(answer, rules), answer.least_alike
    if doubt is not None and least is not None and doubt >= rules.limit[answer.channel]:
        words = [word.text for word in answer.words if word.span.meets(least.span)]
        yield Evidence(answer.answer_id, " ".join(words), least.span)


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f} s"
