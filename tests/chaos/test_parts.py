"""The parts of a chaos run that can be wrong: its schedule, its proxies, its counting."""

import asyncio
import dataclasses

import pytest

from tests.chaos.invariants import Evidence, Hook, Published, check
from tests.chaos.ports import free_ports
from tests.chaos.proxy import Proxies, Route
from tests.chaos.schedule import Kind, schedule


def test_a_seed_gives_the_same_faults_and_another_others() -> None:
    assert schedule(7, 50) == schedule(7, 50)
    assert schedule(7, 50) != schedule(8, 50)
    assert schedule(7, 50)[:20] == schedule(7, 20), "a longer run begins like a shorter one"


def test_every_kind_of_fault_is_drawn_and_a_disk_only_where_there_is_one() -> None:
    assert {fault.kind for fault in schedule(1, 200)} == set(Kind)
    assert Kind.FULL not in {fault.kind for fault in schedule(1, 200, disk=False)}


def result(sequence: int, kind: str = "interview.completed", name: str = "e1") -> Published:
    return Published("iv_1", name, kind, "/viva/gateway", sequence)


@pytest.fixture
def good() -> Evidence:
    """One interview that went well; its record was published twice, its webhook tried twice."""
    ledger = [
        {"kind": "top_up", "amount": 10, "interview_id": None},
        {"kind": "reserve", "amount": 1, "interview_id": "iv_1"},
        {"kind": "settle", "amount": 1, "interview_id": "iv_1"},
    ]
    return Evidence(
        final={"iv_1": {"status": "completed"}},
        results=[result(2), result(2)],
        events=[Published("iv_1", f"s{n}", "x", "/viva/session", n) for n in (1, 2, 3)],
        hooks=[
            Hook("iv_1", "e1", "interview.completed", taken=False),
            Hook("iv_1", "e1", "interview.completed", taken=True),
        ],
        ledger=ledger,
        credits={"balance": 9, "reserved": 0},
        missing_ms={"iv_1": 0},
        listed=1,
    )


def broken(evidence: Evidence) -> set[str]:
    return {finding.name for finding in check(evidence) if finding.broken}


def test_a_good_run_breaks_nothing(good: Evidence) -> None:
    assert broken(good) == set()


def test_each_breach_is_found(good: Evidence, subtests: pytest.Subtests) -> None:
    second = result(3, "interview.partial", "e2")
    taken = Hook("iv_1", "e2", "interview.partial", taken=True)
    settle = {"kind": "settle", "amount": 1, "interview_id": "iv_1"}
    breaches = {
        "every order is one interview": {"listed": 2},
        "one terminal result an interview": {
            "results": [*good.results, second],
            "hooks": [*good.hooks, taken],
        },
        "one settlement an interview": {
            "ledger": [*good.ledger, settle],
            "credits": {"balance": 8, "reserved": -1},
        },
        "credits add up": {"credits": {"balance": 10, "reserved": 0}},
        "one webhook id an event, delivered": {"hooks": good.hooks[:1]},
        "events of an interview in order": {"events": [*reversed(good.events)]},
        "no acknowledged audio missing": {"missing_ms": {"iv_1": 40}},
        "no dead letters": {"dead_letters": ["one"]},
    }
    assert breaches.keys() == {finding.name for finding in check(good)}
    for name, change in breaches.items():
        with subtests.test(name):
            assert name in broken(dataclasses.replace(good, **change))


async def test_a_proxy_passes_cuts_hangs_and_heals() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)

    ports = free_ports()
    front, back = ("127.0.0.1", next(ports)), ("127.0.0.1", next(ports))
    server = await asyncio.start_server(echo, *back)
    proxies = await asyncio.to_thread(Proxies, {"link": Route(front, back)})
    try:
        reader, writer = await asyncio.open_connection(*front)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        proxies.hang("link")
        writer.write(b"two")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(3), 0.3)
        proxies.heal("link")
        assert await asyncio.wait_for(reader.readexactly(3), 60) == b"two"
        proxies.cut("link")
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await asyncio.wait_for(reader.readexactly(1), 60)
    finally:
        await asyncio.to_thread(proxies.stop)
        server.close()
