"""People's decisions: on reviews, and on scores. The originals stay visible."""

from dataclasses import dataclass, replace

from viva.gateway.application import auditing
from viva.gateway.application.attempts import owned, refuse_erased
from viva.gateway.application.context import Context
from viva.gateway.application.ports import Work
from viva.gateway.application.presenting import whole
from viva.gateway.application.publishing import save_and_publish
from viva.gateway.domain.access import Caller
from viva.gateway.domain.errors import ConflictError, Fault, InvalidInputError, NotFoundError
from viva.gateway.domain.reviews import Decision, Note, Override, Review, ReviewStatus
from viva.gateway.domain.verdict import Verdict

CEFR_LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
_HIGHEST = 100


@dataclass(frozen=True)
class Decide:
    """A person's finding; `by` names the person where the key does not."""

    review_id: str
    decision: Decision
    note: str = ""
    by: str = ""


@dataclass(frozen=True)
class OverrideScore:
    """A person's score instead of the machine's."""

    interview_id: str
    target: str
    value: int | str
    reason: str
    by: str = ""


async def find_review(work: Work, caller: Caller, review_id: str) -> Review:
    """Finds a review of the caller's tenant and mode, and locks it.

    Raises:
        NotFoundError: it does not exist, or belongs to somebody else.
    """
    review = await work.reviews.lock(review_id)
    if (
        review is None
        or review.tenant_id != caller.tenant_id
        or review.test_mode != caller.test_mode
    ):
        raise NotFoundError("review_unknown", f"There is no review '{review_id}'.")
    return review


async def decide(work: Work, context: Context, caller: Caller, command: Decide) -> Review:
    """Closes a review.

    Raises:
        ConflictError: `review_decided`; it was decided before.
    """
    review = await find_review(work, caller, command.review_id)
    if review.status is ReviewStatus.DECIDED:
        raise ConflictError("review_decided", f"It was decided by {review.decided_by} already.")
    now, by = context.now(), command.by or caller.key_name
    notes = (*review.notes, Note(command.note, by, now)) if command.note else review.notes
    decided = replace(
        review,
        status=ReviewStatus.DECIDED,
        decision=command.decision,
        decided_by=by,
        decided_at=now,
        notes=notes,
    )
    interview = await owned(work, caller, review.interview_id, lock=True)
    await work.reviews.save(decided)
    await auditing.note(
        work, context, caller, "review.decide", review.id, decision=command.decision, by=by
    )
    await save_and_publish(work, context, interview, "interview.updated")
    return decided


async def add_note(
    work: Work, context: Context, caller: Caller, review_id: str, text: str, by: str
) -> Review:
    """Adds a remark to a review, decided or not."""
    review = await find_review(work, caller, review_id)
    note = Note(text, by or caller.key_name, context.now())
    noted = replace(review, notes=(*review.notes, note))
    await work.reviews.save(noted)
    await auditing.note(work, context, caller, "review.note", review.id)
    return noted


async def override_score(
    work: Work, context: Context, caller: Caller, command: OverrideScore
) -> Override:
    """Replaces a score; the sum of the others is not computed anew: a person said only this.

    Raises:
        ConflictError: `no_verdict`.
        InvalidInputError: `target_unknown` or `value_invalid`.
    """
    interview = await owned(work, caller, command.interview_id, lock=True)
    refuse_erased(interview)
    verdict = interview.current.verdict
    if verdict is None:
        raise ConflictError("no_verdict", f"The interview is {interview.status}: no score.")
    override = Override(
        id=context.ids.new("ovr"),
        interview_id=interview.id,
        attempt=interview.run.attempt,
        target=command.target,
        original=_original(verdict, command.target),
        value=_checked_value(command.target, command.value),
        reason=command.reason,
        by=command.by or caller.key_name,
        key_id=caller.key_id,
        at=context.now(),
    )
    await work.reviews.add_override(override)
    await auditing.note(
        work, context, caller, "score.override", interview.id, score=command.target, by=override.by
    )
    await save_and_publish(work, context, interview, "interview.updated")
    return override


def _original(verdict: Verdict, target: str) -> int | str | None:
    values: dict[str, int | str | None] = {
        "overall_score": whole(verdict.overall),
        "language.cefr": verdict.language.cefr,
        "language.fluency": whole(verdict.language.fluency),
    }
    values |= {f"competencies.{found.key}": whole(found.score) for found in verdict.competencies}
    if target not in values:
        raise InvalidInputError(
            "target_unknown",
            f"'{target}' is no score of this interview; there are: {', '.join(values)}.",
            (Fault("/target", "unknown", "target_unknown"),),
        )
    return values[target]


def _checked_value(target: str, value: int | str) -> int | str:
    if target == "language.cefr":
        valid, expected = value in CEFR_LEVELS, f"one of {', '.join(CEFR_LEVELS)}"
    else:
        valid = isinstance(value, int) and 0 <= value <= _HIGHEST
        expected = f"a whole number from 0 to {_HIGHEST}"
    if not valid:
        raise InvalidInputError(
            "value_invalid", f"The value must be {expected}.", (Fault("/value", expected),)
        )
    return value
