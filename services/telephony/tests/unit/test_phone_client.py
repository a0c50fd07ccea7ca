"""The telephone as the edge's client, over a leg that a test holds: no line, no clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from viva.edge import messages as m
from viva.edge.ports import ClientGoneError
from viva.telephony.application.ear import Ear
from viva.telephony.application.phone_client import PhoneClient
from viva.telephony.application.ports import Digit, Ended, Frame, Heard, LegCounters, LegEvent
from viva.telephony.domain.calls import HangUp

FRAME = b"\1\0" * 320
BASE = 16_000
PROGRESS = m.Progress("waiting", 0, 3, "", "", 0)
ATTACHED = m.Attached(1, BASE, BASE, 7, PROGRESS, False, False, False)


class HeldLeg:
    """A leg whose person is the test."""

    carrier_id = "held"

    def __init__(self) -> None:
        self.said: asyncio.Queue[Frame | None] = asyncio.Queue()
        self.happened: asyncio.Queue[LegEvent] = asyncio.Queue()
        self.played: list[bytes] = []
        self.unheard = 0
        self.playing = asyncio.Event()
        self.hung_up = False

    async def answered(self) -> None:
        return

    async def frames(self) -> AsyncIterator[Frame]:
        while (frame := await self.said.get()) is not None:
            yield frame

    async def events(self) -> AsyncIterator[LegEvent]:
        while True:
            event = await self.happened.get()
            yield event
            if isinstance(event, Ended):
                return

    async def play(self, pcm: bytes) -> None:
        self.played.append(pcm)
        self.playing.set()

    async def flush(self) -> int:
        return self.unheard

    async def hang_up(self) -> None:
        if not self.hung_up:
            self.hung_up = True
            self.end(HangUp.OURS)

    def end(self, reason: HangUp) -> None:
        self.said.put_nowait(None)
        self.happened.put_nowait(Ended(reason))

    def counters(self) -> LegCounters:
        return LegCounters()


@asynccontextmanager
async def conversing(gone: list[HangUp]) -> AsyncIterator[tuple[HeldLeg, PhoneClient]]:
    leg = HeldLeg()
    async with Ear(leg) as ear:
        client = PhoneClient(leg, ear, gone.append)
        tasks = [asyncio.create_task(client.follow_events()), asyncio.create_task(client.talk())]
        try:
            yield leg, client
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def said(client: PhoneClient, kind: type) -> m.ClientMessage:
    """The next message of a kind."""
    async with asyncio.timeout(10):
        while not isinstance(message := await client.receive(), kind):
            pass
        return message


def utterance(number: int, samples: int, epoch: int = 1) -> m.Utterance:
    return m.Utterance(epoch, number, "", bytes(2 * samples), "")


async def test_the_leg_is_put_on_the_interviews_clock() -> None:
    async with conversing([]) as (leg, client):
        await client.send(ATTACHED)
        leg.said.put_nowait(Frame(0, FRAME))
        leg.said.put_nowait(Frame(320, FRAME))
        assert await said(client, m.Audio) == m.Audio(BASE, FRAME)
        assert await said(client, m.Audio) == m.Audio(BASE + 320, FRAME)
        leg.happened.put_nowait(Digit("1", 640))
        assert await said(client, m.Key) == m.Key(7, BASE + 640, "1")


async def test_a_hole_in_the_line_is_silence_at_once() -> None:
    async with conversing([]) as (leg, client):
        await client.send(ATTACHED)
        leg.said.put_nowait(Frame(0, FRAME))
        leg.said.put_nowait(Frame(960, FRAME))
        assert await said(client, m.Audio) == m.Audio(BASE, FRAME)
        assert await said(client, m.Audio) == m.Audio(BASE + 320, bytes(2 * 640))
        assert await said(client, m.Audio) == m.Audio(BASE + 960, FRAME)


async def test_what_a_stalled_line_gives_at_once_comes_in_frames_that_the_session_takes() -> None:
    stalled = bytes(range(256)) * 55  # 0.44 s
    async with conversing([]) as (leg, client):
        await client.send(ATTACHED)
        leg.said.put_nowait(Frame(0, FRAME))
        await said(client, m.Audio)
        leg.said.put_nowait(Frame(320, stalled))
        came = [await said(client, m.Audio) for _ in range(3)]
    heard = [frame for frame in came if isinstance(frame, m.Audio)]
    assert [frame.position - BASE for frame in heard] == [320, 3520, 6720]
    assert b"".join(frame.pcm for frame in heard) == stalled


async def test_what_comes_late_is_said_behind_the_silence_and_no_word_is_lost() -> None:
    async with conversing([]) as (leg, client):
        await client.send(ATTACHED)
        leg.said.put_nowait(Frame(0, FRAME))
        assert await said(client, m.Audio) == m.Audio(BASE, FRAME)
        # Nothing comes: the conversation hears silence, in tenths of a second.
        assert await said(client, m.Audio) == m.Audio(BASE + 320, bytes(2 * 1600))
        leg.said.put_nowait(Frame(320, FRAME))
        assert await said(client, m.Audio) == m.Audio(BASE + 1920, FRAME)
        leg.happened.put_nowait(Digit("1", 640))
        assert await said(client, m.Key) == m.Key(7, BASE + 2240, "1")
        # A hole of the leg makes up for it: the silence was its share.
        leg.said.put_nowait(Frame(640 + 1600 + 320, FRAME))
        assert await said(client, m.Audio) == m.Audio(BASE + 2240, bytes(2 * 320))
        assert await said(client, m.Audio) == m.Audio(BASE + 2560, FRAME)


async def test_each_utterance_ends_in_one_report() -> None:
    async with conversing([]) as (leg, client):
        await client.send(ATTACHED)
        await client.send(utterance(1, 3200))
        await client.send(utterance(1, 3200))
        await client.send(utterance(2, 1600))
        await leg.playing.wait()
        leg.happened.put_nowait(Heard(1600, 1600))
        assert await said(client, m.Played) == m.Played(7, 1, 0, 1600, BASE)
        leg.happened.put_nowait(Heard(4800, 4800))
        assert await said(client, m.Played) == m.Played(8, 1, 1600, 1600, BASE + 1600)
        assert await said(client, m.Stopped) == m.Stopped(9, 1, 3200, BASE + 3200)
        assert await said(client, m.Played) == m.Played(10, 2, 0, 1600, BASE + 3200)
        assert await said(client, m.Stopped) == m.Stopped(11, 2, 1600, BASE + 4800)
        assert len(leg.played) == 2


async def test_reports_a_bit_early_or_late_leave_no_seams_but_a_pause_is_one() -> None:
    async with conversing([]) as (leg, client):
        await client.send(ATTACHED)
        await client.send(utterance(1, 6400))
        await leg.playing.wait()
        for through, position in ((1600, 2000), (3200, 3900), (4800, 5000), (6400, 12_000)):
            leg.happened.put_nowait(Heard(through, position))
        runs = [await said(client, m.Played) for _ in range(4)]
        places = [(run.offset, run.position - BASE) for run in runs if isinstance(run, m.Played)]
        assert places == [(0, 400), (1600, 2000), (3200, 3600), (4800, 10_400)]


async def test_what_was_flushed_is_reported_as_far_as_it_was_heard() -> None:
    async with conversing([]) as (leg, client):
        await client.send(ATTACHED)
        leg.said.put_nowait(Frame(0, FRAME))
        await said(client, m.Audio)
        await client.send(utterance(1, 32_000))
        await leg.playing.wait()
        leg.unheard = 30_400
        await client.send(m.Flush(1))
        played = await said(client, m.Played)
        stopped = await said(client, m.Stopped)
        assert isinstance(played, m.Played)
        assert isinstance(stopped, m.Stopped)
        assert (played.offset, played.count, stopped.heard) == (0, 1600, 1600)


async def test_a_line_that_drops_is_gone_once_and_after_what_was_said() -> None:
    gone: list[HangUp] = []
    async with conversing(gone) as (leg, client):
        await client.send(ATTACHED)
        leg.said.put_nowait(Frame(0, FRAME))
        await said(client, m.Audio)
        leg.happened.put_nowait(Digit("2", 320))
        leg.end(HangUp.LINE)
        await said(client, m.Key)
        for _ in range(2):
            with pytest.raises(ClientGoneError, match="line"):
                await client.receive()
    assert gone == [HangUp.LINE]


async def test_hanging_up_ourselves_is_no_drop() -> None:
    gone: list[HangUp] = []
    async with conversing(gone) as (leg, client):
        await client.send(ATTACHED)
        await client.send(m.End("finished"))
        await client.close(1000, "finished")
        with pytest.raises(ClientGoneError, match="ours"):
            await said(client, m.Key)
        assert leg.hung_up
    assert gone == []
    assert client.reason == "finished"
