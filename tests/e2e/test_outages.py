"""A database or a broker that goes away for ten seconds: late perhaps, nothing lost or doubled."""

import pytest

from tests.e2e.killing import check_once, substance
from tests.e2e.outages import interview_with_outage
from tests.e2e.scenarios import Outcome
from tests.e2e.world import World


@pytest.mark.disturbs
@pytest.mark.scenario("completed")
@pytest.mark.parametrize("what", ["database", "broker"])
async def test_away_for_ten_seconds(outcome: Outcome, alone: World, what: str) -> None:
    conducted = await interview_with_outage(alone, what)
    assert substance(conducted.verdict) == substance(outcome.verdict)
    await check_once(alone, conducted)
