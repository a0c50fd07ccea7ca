"""When there is too little to go by: nulls with reasons, never a made-up number."""

from collections.abc import Sequence
from dataclasses import dataclass

MIN_SPEECH_MS = 20_000
MIN_WORDS = 40
MIN_ANSWERS = 2
# Shorter ones are scored, but are not enough to count as an answer.
MIN_ANSWER_WORDS = 10
MIN_WEIGHT_SHARE = 0.5
FULL_SPEECH_MS = 90_000
FULL_ANSWERS = 4
EXTRAPOLATED_COST = 0.1

NO_SPEECH = "no_speech"
NOT_ANALYSED = "not_analysed"
OTHER_LANGUAGE = "other_language"
TOO_LITTLE_SPEECH = "too_little_speech"
TOO_FEW_WORDS = "too_few_words"
TOO_FEW_ANSWERS = "too_few_answers"
TYPED_ANSWERS = "typed_answers"
NOT_ANSWERED = "not_answered"
OUTSIDE_FITTED_RANGE = "outside_fitted_range"
WORDS_OF_OTHERS = "words_of_others"


@dataclass(frozen=True)
class Amount:
    """How much there is to go by.

    Attributes:
        net_speech_ms: the candidate's speech in all answers, the warm-up's too.
        spoken_words: their words in all spoken answers.
        scored_words: words of answers that count, typed ones too.
        scored_answers: questions answered with at least `MIN_ANSWER_WORDS` words.
        planned_answers: questions of the script.
        typed: some answer was typed, so speech is not asked of everything.
        other_language: some answer was in another language than the persona's.
        not_analysed: of some answer no transcript came.
    """

    net_speech_ms: int
    spoken_words: int
    scored_words: int
    scored_answers: int
    planned_answers: int
    typed: bool = False
    other_language: bool = False
    not_analysed: bool = False

    @property
    def silence(self) -> str:
        """Why there are no words at all."""
        if self.other_language:
            return OTHER_LANGUAGE
        return NOT_ANALYSED if self.not_analysed else NO_SPEECH


def overall_null_reason(amount: Amount) -> str:
    """Why no overall number and no competency can be given; empty where they can."""
    if not amount.scored_words:
        return amount.silence
    if not amount.typed and amount.net_speech_ms < MIN_SPEECH_MS:
        return TOO_LITTLE_SPEECH
    if amount.scored_words < MIN_WORDS:
        return TOO_FEW_WORDS
    return TOO_FEW_ANSWERS if amount.scored_answers < MIN_ANSWERS else ""


def language_null_reason(amount: Amount) -> str:
    """Why neither fluency nor a CEFR level can be given; empty where they can."""
    if not amount.spoken_words:
        return TYPED_ANSWERS if amount.typed else amount.silence
    if amount.net_speech_ms < MIN_SPEECH_MS:
        return TOO_LITTLE_SPEECH
    return TOO_FEW_WORDS if amount.spoken_words < MIN_WORDS else ""


def confidence(amount: Amount, null_reason: str) -> tuple[float, tuple[str, ...]]:
    """0 to 1 in hundredths, and what lowers it."""
    if null_reason:
        return 0.0, (null_reason,)
    speech = 1.0 if amount.typed else min(1.0, amount.net_speech_ms / FULL_SPEECH_MS)
    answers = min(1.0, amount.scored_answers / FULL_ANSWERS)
    planned = max(1, amount.planned_answers)
    answered = min(1.0, amount.scored_answers / planned)
    reasons = _lowering(
        ("little_speech", speech < 1),
        ("few_answers", answers < 1),
        ("unanswered_questions", answered < 1),
        (OTHER_LANGUAGE, amount.other_language),
        (NOT_ANALYSED, amount.not_analysed),
    )
    value = 0.4 * speech + 0.3 * answers + 0.3 * answered - 0.2 * amount.other_language
    return round(max(0.0, value), 2), reasons


def extrapolated(
    value: float, reasons: tuple[str, ...], features: Sequence[str]
) -> tuple[float, tuple[str, ...]]:
    """Less sure where fluency rests on features that are out of the range it was fitted on."""
    if not features or not value:
        return value, reasons
    return round(max(0.0, value - EXTRAPOLATED_COST), 2), (*reasons, OUTSIDE_FITTED_RANGE)


def _lowering(*checks: tuple[str, bool]) -> tuple[str, ...]:
    return tuple(reason for reason, holds in checks if holds)


def weight_covered(scored: Sequence[float], planned: Sequence[float]) -> bool:
    """Whether the competencies with a score carry at least half of the stated weights."""
    return sum(scored) >= MIN_WEIGHT_SHARE * sum(planned) and sum(scored) > 0
