"""What the bundle says: each answer with its results, and which questions were answered."""

from collections.abc import Iterable, Sequence

from viva.contracts.common.v1 import common_pb2 as common
from viva.session.application.lifecycle_ports import AWAITED, AnswerStage, StageResult


def join_answers(
    answers: Sequence[common.AnswerContext], results: Iterable[StageResult]
) -> list[common.AnswerBundle]:
    """Each answer with the results of its latest revision; what lacks is named."""
    by_key = {
        (result.answer_id, result.revision, result.stage): result.message for result in results
    }
    bundles = []
    for answer in answers:
        bundle = common.AnswerBundle(answer=answer)
        for stage in AWAITED:
            message = by_key.get((answer.answer_id, answer.revision, stage))
            if isinstance(message, common.AnswerBundle):
                bundle.transcript.CopyFrom(message.transcript)
                bundle.attribution.CopyFrom(message.attribution)
            elif isinstance(message, common.AnswerScore):
                bundle.score.CopyFrom(message)
            elif isinstance(message, common.AnswerAssessment):
                bundle.assessment.CopyFrom(message)
            else:
                bundle.missing_stages.append(stage)
        bundles.append(bundle)
    return bundles


def answered_questions(bundle: common.InterviewBundle) -> int:
    """How many scored questions were answered: something was said to them, or may have been."""
    return len(
        {
            answer.answer.question_id
            for answer in bundle.answers
            if not answer.answer.warm_up and _has_words(answer)
        }
    )


def missing_of(bundle: common.InterviewBundle) -> tuple[str, ...]:
    """The stages that lack for any answer to a scored question, each once."""
    missing = [
        stage
        for answer in bundle.answers
        if not answer.answer.warm_up
        for stage in answer.missing_stages
    ]
    return tuple(dict.fromkeys(missing))


def _has_words(answer: common.AnswerBundle) -> bool:
    if answer.answer.typed_text or AnswerStage.ATTRIBUTION in answer.missing_stages:
        return True
    return any(not word.dropped for word in answer.transcript.words)
