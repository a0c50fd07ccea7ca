"""What every CallLeg and every Trunk promises (application/ports.py)."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from services.telephony.tests.conformance.far_end import Behaviour, Line, Person
from services.telephony.tests.conformance.sounds import (
    PAUSE,
    find,
    loudest,
    share_found,
    warble,
)
from viva.audio.pcm import samples_in
from viva.telephony.application.ports import (
    CallLeg,
    DialOrder,
    Digit,
    Ended,
    Frame,
    Heard,
    InboundCall,
    LegEvent,
    NotAnsweredError,
)
from viva.telephony.domain.calls import HangUp, NotAnswered
from viva.telephony.domain.numbers import PhoneNumber

pytestmark = pytest.mark.real_time

CALLEE = PhoneNumber("+4930555001")
CALLER = PhoneNumber("+4930555002")
IN_TIME_S = 60.0


def order(call_id: str = "call_1", ring_s: float = 20.0, limit_s: float = 60.0) -> DialOrder:
    return DialOrder(call_id, CALLEE, CALLER, ring_s, limit_s)


@dataclass
class Listener:
    """Reads all that a leg says."""

    leg: CallLeg
    frames: list[Frame] = field(default_factory=list)
    events: list[LegEvent] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def read_frames(self) -> None:
        async for frame in self.leg.frames():
            self.frames.append(frame)
            await self._tell()

    async def read_events(self) -> None:
        async for event in self.leg.events():
            self.events.append(event)
            await self._tell()

    async def until_received(self, samples: int) -> bytes:
        await self._until(lambda: sum(len(frame.pcm) // 2 for frame in self.frames) >= samples)
        return self.sound()

    async def until_event(self, kind: type[LegEvent]) -> LegEvent:
        await self._until(lambda: any(isinstance(event, kind) for event in self.events))
        return next(event for event in self.events if isinstance(event, kind))

    async def until_heard(self, through: int) -> None:
        await self._until(lambda: self.heard_through() >= through)

    def heard_through(self) -> int:
        return max((e.through for e in self.events if isinstance(e, Heard)), default=0)

    def sound(self) -> bytes:
        return b"".join(frame.pcm for frame in self.frames)

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(IN_TIME_S), self._news:
            await self._news.wait_for(reached)


@contextlib.asynccontextmanager
async def listening(leg: CallLeg) -> AsyncIterator[Listener]:
    listener = Listener(leg)
    async with asyncio.TaskGroup() as tasks:
        readers = [
            tasks.create_task(listener.read_frames()),
            tasks.create_task(listener.read_events()),
        ]
        yield listener
        await leg.hang_up()
        await asyncio.wait(readers, timeout=IN_TIME_S)
        assert all(reader.done() for reader in readers), "frames and events end with the leg"


@contextlib.asynccontextmanager
async def talking(line: Line) -> AsyncIterator[tuple[Listener, Person]]:
    leg = await line.trunk.dial(order())
    await asyncio.wait_for(leg.answered(), IN_TIME_S)
    async with listening(leg) as listener:
        yield listener, await line.person()


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (Behaviour.BUSY, NotAnswered.BUSY),
        (Behaviour.RING, NotAnswered.NO_ANSWER),
        (Behaviour.REJECT, NotAnswered.REJECTED),
    ],
)
async def test_a_call_that_nobody_takes_says_why(
    line: Line, behaviour: Behaviour, why: NotAnswered
) -> None:
    line.next_call(behaviour)
    leg = await line.trunk.dial(order(ring_s=1.0))
    with pytest.raises(NotAnsweredError) as caught:
        await asyncio.wait_for(leg.answered(), IN_TIME_S)
    assert caught.value.why is why
    assert CALLEE.e164[1:] not in str(caught.value)
    await leg.hang_up()


async def test_the_person_is_heard_without_a_hole(line: Line) -> None:
    said = warble(1.5)
    async with talking(line) as (listener, person):
        await person.say(said + PAUSE)
        await listener.until_received(samples_in(1600))
    frames = listener.frames
    assert frames[0].position == 0
    ends = [frame.position + len(frame.pcm) // 2 for frame in frames]
    assert [frame.position for frame in frames[1:]] == ends[:-1]
    assert share_found(said, listener.sound()) > 0.7
    counters = listener.leg.counters()
    assert (counters.gaps, counters.missing_samples) == (0, 0)
    assert counters.received_samples == ends[-1]
    assert counters.codec


async def test_the_person_hears_what_is_played(line: Line) -> None:
    played = warble(1.5)
    async with talking(line) as (listener, person):
        await listener.leg.play(played)
        await listener.until_heard(len(played) // 2)
        await listener.leg.play(PAUSE)
        await listener.until_heard((len(played) + len(PAUSE)) // 2)
        heard = person.heard()
    assert share_found(played, heard) > 0.7
    reports = [event for event in listener.events if isinstance(event, Heard)]
    assert [r.through for r in reports] == sorted({r.through for r in reports})
    steps = [b.through - a.through for a, b in itertools.pairwise(reports)]
    assert max([reports[0].through, *steps]) <= samples_in(260)
    assert [r.position for r in reports] == sorted(r.position for r in reports)


async def test_playing_is_paced(line: Line) -> None:
    """`play` returns when little waits: not at once, and not before the sound was sent."""
    async with talking(line) as (listener, _person):
        began = asyncio.get_running_loop().time()
        await listener.leg.play(warble(1.0))
        took = asyncio.get_running_loop().time() - began
    assert 0.8 < took < 4.0


async def test_a_flush_says_what_nobody_heard(line: Line) -> None:
    whole = warble(4.0)
    async with talking(line) as (listener, person):
        playing = asyncio.create_task(listener.leg.play(whole))
        await listener.until_heard(samples_in(600))
        unheard = await listener.leg.flush()
        await asyncio.wait_for(playing, 2.0)
        after = warble(0.8, seed=2)
        await listener.leg.play(after + PAUSE)
        await listener.until_heard((len(whole) + len(after)) // 2)
        heard = person.heard()
    heard_of_it = len(whole) // 2 - unheard
    assert samples_in(500) < heard_of_it < samples_in(1400)
    margin = samples_in(240)
    assert share_found(whole[: 2 * (heard_of_it - margin)], heard) > 0.6
    never = whole[2 * (heard_of_it + margin) :][: 2 * samples_in(800)]
    assert find(never, heard)[0] < 0.3
    assert share_found(after, heard) > 0.6
    first_after = next(
        e for e in listener.events if isinstance(e, Heard) and e.through > len(whole) // 2
    )
    before = [
        e.through
        for e in listener.events[: listener.events.index(first_after)]
        if isinstance(e, Heard)
    ]
    assert max(before) <= heard_of_it


async def test_a_flush_of_nothing_is_nothing(line: Line) -> None:
    async with talking(line) as (listener, _person):
        assert await listener.leg.flush() == 0


async def test_silence_is_sent_while_nothing_plays(line: Line) -> None:
    async with talking(line) as (listener, person):
        await person.say(PAUSE * 3)
        await listener.until_received(samples_in(500))
        heard = person.heard()
    assert len(heard) // 2 >= samples_in(300)
    assert loudest(heard) < 100


async def test_keys_come_in_order(line: Line) -> None:
    async with talking(line) as (listener, person):
        for digit in "1*#0":
            await person.press(digit)
            await person.say(PAUSE)
        await person.say(PAUSE * 2)
    digits = [event for event in listener.events if isinstance(event, Digit)]
    assert [event.digit for event in digits] == ["1", "*", "#", "0"]
    assert [event.position for event in digits] == sorted(event.position for event in digits)


async def test_missing_sound_moves_the_position(line: Line) -> None:
    before, after = warble(0.8, seed=3), warble(0.8, seed=4)
    async with talking(line) as (listener, person):
        await person.say(before)
        await person.lose(600)
        await person.say(after + PAUSE * 2)
        await listener.until_received(samples_in(1600))
    frames = listener.frames
    end = frames[-1].position + len(frames[-1].pcm) // 2
    timeline = bytearray(2 * end)
    for frame in frames:
        timeline[2 * frame.position : 2 * frame.position + len(frame.pcm)] = frame.pcm
    (first, at), (second, then) = find(before, bytes(timeline)), find(after, bytes(timeline))
    assert min(first, second) > 0.85
    assert abs(then - at - samples_in(1400)) < samples_in(120)


async def test_the_person_hangs_up(line: Line) -> None:
    leg = await line.trunk.dial(order())
    await asyncio.wait_for(leg.answered(), IN_TIME_S)
    async with listening(leg) as listener:
        person = await line.person()
        await person.say(PAUSE)
        await person.hang_up()
        assert await listener.until_event(Ended) == Ended(HangUp.PERSON)
        await asyncio.wait_for(leg.play(warble(3.0)), 2.5)
    assert listener.events[-1] == Ended(HangUp.PERSON)


async def test_we_hang_up(line: Line) -> None:
    leg = await line.trunk.dial(order())
    await asyncio.wait_for(leg.answered(), IN_TIME_S)
    async with listening(leg) as listener:
        person = await line.person()
        await leg.hang_up()
        await leg.hang_up()
        await asyncio.wait_for(person.hung_up(), IN_TIME_S)
        assert await listener.until_event(Ended) == Ended(HangUp.OURS)


async def test_a_ringing_call_can_be_given_up(line: Line) -> None:
    line.next_call(Behaviour.RING)
    leg = await line.trunk.dial(order())
    waiting = asyncio.create_task(leg.answered())
    await leg.hang_up()
    with pytest.raises(NotAnsweredError):
        await asyncio.wait_for(waiting, IN_TIME_S)


async def test_a_call_ends_at_its_limit(line: Line) -> None:
    leg = await line.trunk.dial(order(limit_s=1.0))
    await asyncio.wait_for(leg.answered(), IN_TIME_S)
    async with listening(leg) as listener:
        assert await listener.until_event(Ended) == Ended(HangUp.LIMIT)


async def test_the_carrier_is_asked_before_an_order_is_repeated(line: Line) -> None:
    assert not await line.trunk.is_under_way(order(), since_s=60)
    leg = await line.trunk.dial(order())
    await asyncio.wait_for(leg.answered(), IN_TIME_S)
    assert await line.trunk.is_under_way(order(), since_s=60)
    async with listening(leg):
        await leg.hang_up()


async def test_somebody_calls_in(line: Line) -> None:
    said = warble(1.0, seed=5)
    arrived: asyncio.Future[InboundCall] = asyncio.get_running_loop().create_future()

    async def take(call: InboundCall) -> None:
        arrived.set_result(call)

    line.trunk.on_inbound(take)
    await line.call_in()
    call = await asyncio.wait_for(arrived, IN_TIME_S)
    assert call.caller == CALLEE
    leg = await call.accept("call_in_1")
    await asyncio.wait_for(leg.answered(), IN_TIME_S)
    async with listening(leg) as listener:
        person = await line.person()
        await person.say(said + PAUSE * 2)
        await listener.until_received(samples_in(1200))
        await leg.play(said)
        await listener.until_heard(len(said) // 2)
        await leg.play(PAUSE)
    assert share_found(said, listener.sound()) > 0.7
    assert share_found(said, person.heard()) > 0.6


async def test_a_call_that_nobody_wants_is_rejected(line: Line) -> None:
    async def decline(call: InboundCall) -> None:
        await call.reject(busy=True)

    line.trunk.on_inbound(decline)
    await line.call_in()
    person = await line.person()
    await asyncio.wait_for(person.hung_up(), IN_TIME_S)


async def test_a_trunk_that_stops_ends_its_legs(line: Line) -> None:
    leg = await line.trunk.dial(order())
    await asyncio.wait_for(leg.answered(), IN_TIME_S)
    async with listening(leg) as listener:
        await line.trunk.stop()
        await listener.until_event(Ended)
