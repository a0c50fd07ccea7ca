import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.edge.buffer import ReplayBuffer
from viva.edge.messages import Audio, Bye, Command, Detached, Elapsed

FRAME = bytes(640)


def frames(count: int, start: int = 0) -> list[Audio]:
    return [Audio(start + 320 * i, FRAME) for i in range(count)]


async def test_what_is_not_durable_is_replayed_in_order() -> None:
    buffer = ReplayBuffer(1 << 20)
    for frame in frames(4):
        buffer.add(frame)
    buffer.add(Command(1, 1280, "done"))
    buffer.forget(320, 0)
    assert buffer.buffered_from == 320
    assert buffer.replay_from(640, 1, before=buffer.end) == [
        *frames(2, 640),
        Command(1, 1280, "done"),
    ]


async def test_a_late_frame_fills_its_hole_and_a_durable_one_is_dropped() -> None:
    buffer = ReplayBuffer(1 << 20)
    buffer.add(Audio(640, FRAME))
    buffer.add(Audio(0, FRAME))
    assert len(buffer.replay_from(0, 1, before=buffer.end)) == 2
    buffer.forget(960, 0)
    buffer.add(Audio(320, FRAME))
    assert buffer.size_bytes == 0
    assert buffer.position == 960


async def test_elapsed_time_is_said_once() -> None:
    buffer = ReplayBuffer(1 << 20)
    buffer.add(Elapsed(250))
    buffer.add(Elapsed(250))
    cursor, entries = await buffer.next_after(0, 1)
    assert entries == [Elapsed(500)]
    assert buffer.replay_from(0, 1, before=cursor) == []
    assert buffer.size_bytes == 0


async def test_a_detached_client_stays_so_for_the_next_replica() -> None:
    buffer = ReplayBuffer(1 << 20)
    buffer.add(Detached("closed"))
    cursor, _ = await buffer.next_after(0, 1)
    buffer.forget(1 << 40, 1 << 40)
    assert buffer.replay_from(0, 1, before=cursor) == [Detached("closed")]


async def test_a_full_buffer_waits_until_something_is_durable() -> None:
    buffer = ReplayBuffer(len(FRAME) * 3)
    for frame in frames(3):
        buffer.add(frame)
    waiting = asyncio.create_task(buffer.wait_for_room())
    await asyncio.sleep(0)
    assert not waiting.done()
    buffer.forget(320, 0)
    await asyncio.wait_for(waiting, 1)


async def test_a_reader_that_waits_gets_what_comes() -> None:
    buffer = ReplayBuffer(1 << 20)
    waiting = asyncio.create_task(buffer.next_after(0, 5))
    await asyncio.sleep(0)
    buffer.add(Bye(1))
    assert (await waiting)[1] == [Bye(1)]
    assert await buffer.next_after(buffer.end, 0.001) == (buffer.end, [])


@pytest.mark.parametrize("turns", range(4))
async def test_a_reader_that_is_ended_just_when_something_comes_ends(turns: int) -> None:
    buffer = ReplayBuffer(1 << 20)

    async def read() -> None:
        cursor = 0
        while True:
            cursor, _ = await buffer.next_after(cursor, 5)

    reading = asyncio.create_task(read())
    for _ in range(4):
        await asyncio.sleep(0)
    buffer.add(Bye(1))
    for _ in range(turns):
        await asyncio.sleep(0)
    reading.cancel()
    assert (await asyncio.wait({reading}, timeout=1))[0]


@given(
    st.lists(
        st.one_of(
            st.integers(0, 40).map(lambda n: Audio(320 * n, FRAME)),
            st.integers(1, 20).map(lambda n: Command(n, 0, "done")),
            st.tuples(st.integers(0, 40), st.integers(0, 20)),
        ),
        max_size=60,
    )
)
def test_nothing_that_is_not_durable_is_ever_lost(
    steps: list[Audio | Command | tuple[int, int]],
) -> None:
    buffer = ReplayBuffer(1 << 30)
    durable_position = durable_fact = 0
    said: list[Audio | Command] = []
    for step in steps:
        if isinstance(step, tuple):
            durable_position = max(durable_position, 320 * step[0])
            durable_fact = max(durable_fact, step[1])
            buffer.forget(320 * step[0], step[1])
        else:
            buffer.add(step)
            said.append(step)
    held = buffer.replay_from(durable_position, durable_fact + 1, before=buffer.end)
    for entry in said:
        lacking = (
            entry.end > durable_position if isinstance(entry, Audio) else entry.fact > durable_fact
        )
        assert not lacking or entry in held
    sizes = [640 if isinstance(e, Audio) else 256 for e in held]
    assert buffer.size_bytes == sum(sizes)
