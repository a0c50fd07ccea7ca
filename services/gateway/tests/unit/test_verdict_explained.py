"""How sure each score of a verdict is, how valid, and why a person should look."""

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.events.v1 import events_pb2 as events
from viva.gateway.adapters.documents import from_json, to_json
from viva.gateway.application.decoding import verdict_of
from viva.gateway.application.explaining import explanation
from viva.gateway.domain.lifecycle import Status
from viva.gateway.domain.reviews import review_reasons
from viva.gateway.domain.verdict import Verdict
from viva.gateway.entrypoints.schemas.documents.explanations import Explanation


def verdict(**score: object) -> Verdict:
    event = events.InterviewCompleted(score=common.InterviewScore(**score))  # type: ignore[arg-type]
    return verdict_of(event, common.InterviewBundle())


SURE = {
    "overall": 73.5,
    "overall_standard_error": 6.5,
    "overall_validation": "none",
    "language": common.LanguageScore(
        fluency=80,
        fluency_standard_error=3.1,
        intelligibility=70,
        intelligibility_standard_error=9.3,
    ),
}


def _errors(found: Verdict) -> list[float | None]:
    document = explanation(found)
    Explanation.model_validate(document)
    language = document["language"]
    return [
        one["standard_error"]
        for one in (document["overall_score"], language["fluency"], language["intelligibility"])
    ]


def test_every_score_is_shown_with_its_standard_error_and_validation() -> None:
    found = verdict(**SURE)
    assert _errors(found) == [6.5, 3.1, 9.3]
    assert explanation(found)["overall_score"]["validation"] == "none"
    assert from_json(Verdict, to_json(Verdict, found)) == found


def test_a_score_of_the_release_before_says_nothing_of_them() -> None:
    older = verdict(overall=73.5, language=common.LanguageScore(fluency=80, intelligibility=70))
    assert _errors(older) == [None, None, None]
    assert explanation(older)["overall_score"]["validation"] is None
    stored = to_json(Verdict, older)
    del stored["overall_standard_error"], stored["overall_validation"]
    for name in ("fluency_standard_error", "intelligibility_standard_error"):
        del stored["language"][name]
    assert from_json(Verdict, stored) == older


def test_a_review_names_the_words_of_others() -> None:
    given = {"confidence_reasons": ["little_speech", "words_of_others"], "review_recommended": True}
    assert review_reasons(Status.COMPLETED, verdict(**given)) == (
        "review_recommended",
        "words_of_others",
    )
    assert review_reasons(Status.LOW_CONFIDENCE, verdict(**given)) == (
        "low_confidence",
        "words_of_others",
    )
    unsure = verdict(confidence_reasons=["little_speech"], review_recommended=True)
    assert review_reasons(Status.COMPLETED, unsure) == ("review_recommended",)
