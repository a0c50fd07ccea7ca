"""Any service may die once while interviews are processed: nothing changes, nothing doubles."""

import pytest

from tests.e2e.killing import check_once, kill_each_stage, kill_the_carriers, substance
from tests.e2e.scenarios import Outcome
from tests.e2e.world import World


@pytest.mark.disturbs
@pytest.mark.scenario("completed")
async def test_killing_a_stage_changes_nothing(
    outcome: Outcome, alone: World, subtests: pytest.Subtests
) -> None:
    for service, conducted in (await kill_each_stage(alone)).items():
        with subtests.test(service):
            assert substance(conducted.verdict) == substance(outcome.verdict)
            await check_once(alone, conducted)


@pytest.mark.disturbs
@pytest.mark.scenario("completed")
async def test_killing_who_carries_the_interview_changes_nothing(
    outcome: Outcome, alone: World
) -> None:
    conducted = await kill_the_carriers(alone)
    assert substance(conducted.verdict) == substance(outcome.verdict)
    await check_once(alone, conducted)
