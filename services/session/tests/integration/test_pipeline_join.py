"""Results in any order, any number of times: one bundle, one verdict, nothing changed after it."""

import itertools
import random

import pytest

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.events.v1 import events_pb2 as published
from viva.session.application.lifecycle_ports import (
    AWAITED,
    TAKES_WITH_IT,
    AnswerStage,
    VerdictStage,
)
from viva.session.domain.lifecycle import EndReason, State

SCORE = common.InterviewScore(overall=71)
UNSURE = common.InterviewScore(overall_null_reason="too_little_speech")
ASSESSMENT = common.InterviewAssessment()


async def test_an_interview_from_creation_to_verdict(world) -> None:
    await world.joined()
    first, second = world.answer(1), world.answer(2)
    await world.record(first, second)
    await world.give(*world.results_of(first))
    await world.hang_up()
    await world.give(*world.results_of(second))
    await world.judge(VerdictStage.SCORE, SCORE)
    assert await world.state() is State.PROCESSING
    await world.judge(VerdictStage.ASSESSMENT, ASSESSMENT)

    assert await world.state() is State.COMPLETED
    assert await world.published_names() == [
        "PromptsReady",
        "InterviewStarted",
        "AnswerRecorded",
        "AnswerRecorded",
        "ConversationEnded",
        "InterviewReady",
        "InterviewCompleted",
    ]
    (completed,) = await world.published_of(published.InterviewCompleted)
    assert completed.status == published.VERDICT_STATUS_COMPLETED
    assert completed.chargeable
    assert completed.score.overall == 71
    assert completed.HasField("assessment")
    assert completed.questions_planned == completed.questions_answered == 2
    assert completed.end_reason == published.END_REASON_FINISHED
    assert completed.recording.key.endswith("recording.wav")


async def test_the_bundle_holds_the_latest_revision_of_each_answer_in_order(world) -> None:
    await world.joined()
    first, again, second = world.answer(1), world.answer(1, revision=2), world.answer(2)
    await world.record(second, first, again)
    await world.give(*world.results_of(first, ["old"]), *world.results_of(second))
    await world.hang_up()
    assert not await world.published_of(published.InterviewReady)
    await world.give(*world.results_of(again, ["new", "words"]))

    (ready,) = await world.published_of(published.InterviewReady)
    data = await world.objects.get(ready.bundle.key, ready.bundle.sha256)
    bundle = common.InterviewBundle.FromString(data)
    assert [(entry.answer.answer_id, entry.answer.revision) for entry in bundle.answers] == [
        ("an_1", 2),
        ("an_2", 1),
    ]
    assert [word.text for word in bundle.answers[0].transcript.words] == ["new", "words"]
    assert bundle.spec.interview_id == "iv_test"


@pytest.mark.parametrize("seed", range(6))
async def test_twice_and_out_of_order_gives_the_same_verdict_once(world, seed: int) -> None:
    order = random.Random(seed)
    await world.joined()
    answers = [world.answer(1), world.answer(2), world.answer(3, warm_up=True)]
    await world.record(*answers)
    results = [result for answer in answers for result in world.results_of(answer)] * 2
    order.shuffle(results)
    hung_up_after = order.randrange(len(results))
    await world.give(*results[:hung_up_after])
    await world.hang_up()
    await world.give(*results[hung_up_after:])
    judgements = [(VerdictStage.SCORE, SCORE), (VerdictStage.ASSESSMENT, ASSESSMENT)] * 2
    order.shuffle(judgements)
    for stage, message in judgements:
        await world.judge(stage, message)

    assert await world.state() is State.COMPLETED
    assert len(await world.published_of(published.InterviewReady)) == 1
    (completed,) = await world.published_of(published.InterviewCompleted)
    assert completed.score.overall == 71


async def test_the_first_result_of_a_stage_stands(world) -> None:
    await world.joined()
    answer = world.answer(1)
    await world.record(answer)
    await world.give(*world.results_of(answer, ["first"])[:1])
    await world.give(*world.results_of(answer, ["second"])[:1])
    await world.hang_up()
    await world.give(*world.results_of(answer)[1:])
    (ready,) = await world.published_of(published.InterviewReady)
    bundle = common.InterviewBundle.FromString(await world.objects.get(ready.bundle.key))
    assert bundle.answers[0].transcript.words[0].text == "first"


async def test_what_arrives_after_the_verdict_changes_nothing(world) -> None:
    await world.joined()
    answer = world.answer(1)
    await world.record(answer)
    await world.give(*world.results_of(answer))
    await world.hang_up()
    await world.judge(VerdictStage.SCORE, SCORE)
    await world.judge(VerdictStage.ASSESSMENT, ASSESSMENT)
    before = await world.published()

    await world.give(*world.results_of(world.answer(1, revision=2)))
    await world.judge(VerdictStage.SCORE, UNSURE)
    await world.hang_up(EndReason.DROPPED)
    async with world.database.unit_of_work() as uow:
        await world.parts.commands.cancel(uow, "iv_test", "late")
    world.clock.advance(1_000_000)
    assert await world.sweep() == 0
    assert await world.published() == before


@pytest.mark.parametrize("stage", AnswerStage)
async def test_a_failed_stage_holds_nothing_up(world, stage: AnswerStage) -> None:
    await world.joined()
    good, bad = world.answer(1), world.answer(2)
    await world.record(good, bad)
    await world.give(*world.results_of(good))
    await world.hang_up()
    failure = common.StageFailure(
        interview_id="iv_test", attempt=1, answer_id="an_2", revision=1, code="audio_corrupt"
    )
    lost = {
        AnswerStage.TRANSCRIPTION: [],
        AnswerStage.ATTRIBUTION: [],
        AnswerStage.SCORING: ["attribution", "assessment"],
        AnswerStage.ASSESSMENT: ["attribution", "scoring"],
    }[stage]
    await world.give(*[result for result in world.results_of(bad) if result.stage in lost])
    async with world.database.unit_of_work() as uow:
        await world.parts.pipeline.answer_failed(uow, failure, stage)
    await world.judge(VerdictStage.SCORE, SCORE)
    await world.judge(VerdictStage.ASSESSMENT, ASSESSMENT)

    (completed,) = await world.published_of(published.InterviewCompleted)
    assert completed.status == published.VERDICT_STATUS_PARTIAL
    assert completed.missing_stages
    assert set(completed.missing_stages).isdisjoint(lost)


async def test_no_overall_is_low_confidence_and_free(world) -> None:
    await world.joined()
    await world.hang_up(EndReason.SILENT)
    assert await world.published_of(published.InterviewReady)
    await world.judge(VerdictStage.SCORE, UNSURE)
    await world.judge(VerdictStage.ASSESSMENT, ASSESSMENT)
    (completed,) = await world.published_of(published.InterviewCompleted)
    assert completed.status == published.VERDICT_STATUS_LOW_CONFIDENCE
    assert not completed.chargeable
    assert not completed.score.HasField("overall")


async def test_a_drop_after_an_answer_is_partial_and_charged(world) -> None:
    await world.joined()
    answer = world.answer(1)
    await world.record(answer)
    await world.hang_up(EndReason.DROPPED)
    await world.give(*world.results_of(answer))
    await world.judge(VerdictStage.SCORE, SCORE)
    await world.judge(VerdictStage.ASSESSMENT, ASSESSMENT)
    (completed,) = await world.published_of(published.InterviewCompleted)
    assert completed.status == published.VERDICT_STATUS_PARTIAL
    assert completed.chargeable
    assert (completed.questions_planned, completed.questions_answered) == (2, 1)


async def test_a_drop_before_any_scored_answer_fails(world) -> None:
    await world.joined()
    await world.record(world.answer(3, warm_up=True))
    await world.hang_up(EndReason.DROPPED)
    (failed,) = await world.published_of(published.InterviewFailed)
    assert failed.code == "no_answers"
    assert failed.end_reason == published.END_REASON_DROPPED


async def test_a_drop_whose_answers_hold_no_word_fails(world) -> None:
    await world.joined()
    answer = world.answer(1)
    await world.record(answer)
    await world.hang_up(EndReason.DROPPED)
    await world.give(*world.results_of(answer, words=[]))
    assert await world.state() is State.FAILED
    assert not await world.published_of(published.InterviewReady)


async def test_an_interview_that_cannot_be_scored_fails_at_once(world) -> None:
    await world.joined()
    answer = world.answer(1)
    await world.record(answer)
    await world.hang_up()
    await world.give(*world.results_of(answer))
    await world.judge(VerdictStage.SCORE, None)
    (failed,) = await world.published_of(published.InterviewFailed)
    assert failed.code == "scoring_failed"


async def test_results_of_another_attempt_are_not_joined(world) -> None:
    await world.joined()
    answer = world.answer(1)
    await world.record(answer)
    await world.hang_up()
    await world.give(*world.results_of(answer), attempt=2)
    assert not await world.published_of(published.InterviewReady)


async def test_results_of_an_unknown_interview_are_let_go(world) -> None:
    await world.give(*world.results_of(world.answer(1)))
    assert await world.published() == []


def test_every_stage_takes_something_with_it() -> None:
    assert set(TAKES_WITH_IT) == set(AnswerStage)
    assert set(itertools.chain(*TAKES_WITH_IT.values())) == set(AWAITED)
