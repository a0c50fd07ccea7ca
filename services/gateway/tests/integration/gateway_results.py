"""What the session service says, made up for tests."""

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.events.v1 import events_pb2 as events
from viva.platform.objects import Objects


def ref(stored: object) -> common.ObjectRef:
    """Names a stored object."""
    return common.ObjectRef(
        key=stored.key,  # type: ignore[attr-defined]
        sha256=stored.sha256,  # type: ignore[attr-defined]
        size_bytes=stored.size_bytes,  # type: ignore[attr-defined]
    )


async def bundle(objects: Objects, interview_id: str) -> common.ObjectRef:
    """Stores a bundle of one answer; the second word was somebody else's."""
    words = [
        common.Word(text=" I", start_ms=0, end_ms=100, confidence=0.9, speaker="c"),
        common.Word(text=" never", start_ms=100, end_ms=300, confidence=0.8, dropped=True),
        common.Word(text=" helped", start_ms=300, end_ms=500, confidence=0.7, speaker="c"),
    ]
    content = common.InterviewBundle(
        attempt=1,
        questions_planned=4,
        questions_answered=1,
        answers=[
            common.AnswerBundle(
                answer=common.AnswerContext(
                    interview_id=interview_id,
                    answer_id="ans_1",
                    revision=2,
                    question_id="q1",
                    question_text="Tell me",
                    start_position=32_000,
                    duration_ms=500,
                    thinking_ms=70,
                    cut_short=True,
                    language="en",
                ),
                transcript=common.Transcript(
                    language="en",
                    words=words,
                    models=[common.ModelVersion(name="whisper", version="base")],
                ),
                attribution=common.Attribution(dropped_words=1),
                score=common.AnswerScore(
                    word_count=2,
                    net_speech_ms=300,
                    competencies=[
                        common.CompetencyEvidence(competency_key="communication", score=61.25),
                        common.CompetencyEvidence(competency_key="ownership"),
                    ],
                    missing_evidence=[common.EVIDENCE_KIND_RESULT],
                ),
                missing_stages=["fraud"],
            )
        ],
    )
    key = f"interviews/{interview_id}/bundle"
    return ref(await objects.put(key, content.SerializeToString()))


def score(overall: float | None = 73.5) -> common.InterviewScore:
    """A score of two competencies, one of them without a number."""
    given = common.InterviewScore(
        confidence=0.8,
        confidence_reasons=["short"],
        competencies=[
            common.CompetencyScore(
                key="communication",
                name="Communication",
                weight=0.3,
                score=73.5,
                standard_error=4.0,
                contributions=[
                    common.Contribution(
                        code="star_result",
                        label="States a result",
                        points=6,
                        evidence=[
                            common.Evidence(
                                answer_id="ans_1",
                                quote="I helped",
                                span=common.Span(start_ms=0, end_ms=500),
                            )
                        ],
                    )
                ],
                suggestions=["+6 with a stated result"],
            ),
            common.CompetencyScore(key="ownership", weight=0.2, null_reason="too_little_speech"),
        ],
        language=common.LanguageScore(cefr="B2", cefr_low="B1", cefr_high="C1", fluency=80.4),
        models=[common.ModelVersion(name="scoring", version="1", sha256="ab")],
    )
    if overall is None:
        given.overall_null_reason = "too_little_speech"
    else:
        given.overall = overall
    return given


def assessment(*, second_speaker: bool = False) -> common.InterviewAssessment:
    """Both signals; the first as told."""
    return common.InterviewAssessment(
        signals=[
            common.FraudSignal(
                kind=common.FRAUD_KIND_MULTIPLE_SPEAKERS,
                flagged=second_speaker,
                score=0.9 if second_speaker else 0.1,
                threshold=0.5,
                calibration="uncalibrated",
            ),
            common.FraudSignal(kind=common.FRAUD_KIND_READING_DETECTED, threshold=0.5),
        ]
    )


async def completed(
    objects: Objects,
    interview_id: str,
    *,
    attempt: int = 1,
    status: "events.VerdictStatus.ValueType" = events.VERDICT_STATUS_COMPLETED,
    overall: float | None = 73.5,
    second_speaker: bool = False,
    chargeable: bool = True,
) -> events.InterviewCompleted:
    """A verdict with a bundle and a recording that are really there."""
    recording = await objects.put(
        f"interviews/{interview_id}/recording.wav", bytes(range(256)) * 4000
    )
    event = events.InterviewCompleted(
        interview_id=interview_id,
        attempt=attempt,
        status=status,
        score=score(overall),
        assessment=assessment(second_speaker=second_speaker),
        bundle=await bundle(objects, interview_id),
        recording=ref(recording),
        end_reason=events.END_REASON_FINISHED,
        chargeable=chargeable,
        questions_planned=4,
        questions_answered=1,
    )
    event.started_at.FromJsonString("2026-01-01T12:00:00Z")
    event.ended_at.FromJsonString("2026-01-01T12:04:00Z")
    return event
