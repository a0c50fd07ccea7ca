"""A short run of `make chaos` where there is an Apache Kafka: all kinds of faults."""

import os
from pathlib import Path

import pytest

from tests.chaos.run import Plan, run
from tests.chaos.schedule import DATABASE, Kind, schedule
from viva.testkit.api import TERMINAL

# Its nine faults are of all kinds; sessions, a broker, the database and asr are among the killed.
SEED, FAULTS = 11_333, 9


def test_the_short_run_has_every_kind() -> None:
    faults = schedule(SEED, FAULTS)
    assert {fault.kind for fault in faults} == set(Kind)
    killed = {fault.target for fault in faults if fault.kind is Kind.KILL}
    assert killed >= {"session-0", "broker-3", DATABASE}


@pytest.mark.kafka
@pytest.mark.timeout(1200)  # two minutes and a half on two free cores
async def test_a_short_run_breaks_no_invariant() -> None:
    home = os.environ.get("KAFKA_HOME")
    if not home:
        pytest.skip("KAFKA_HOME is not set")
    outcome = await run(Plan(SEED, FAULTS, interviews=2, at_once=2), Path(home), print)
    assert len(outcome.faults) == FAULTS
    assert outcome.amid > FAULTS // 2
    assert {finding.name: finding.broken for finding in outcome.findings if finding.broken} == {}
    assert outcome.statuses.total() >= 2
    assert set(outcome.statuses) <= TERMINAL
