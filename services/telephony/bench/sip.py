"""What a call over a SIP trunk costs and delays: one worker, people on loopback.

`python -m services.telephony.bench.sip --calls 1 10 30` prints a line for each number of calls.
The CPU is the worker's alone; delays are from a click in the person's packet to the frame that the
service reads, and from `play` to the packet at the person's ear.
"""

import argparse
import asyncio
import statistics
from dataclasses import dataclass, field

import numpy as np
import psutil

from services.telephony.tests.conformance.line_sip import loopback_config
from services.telephony.tests.conformance.test_call_leg import order
from services.telephony.tests.sip.peer import SipPeer, SipPerson
from viva.audio.pcm import to_bytes, to_samples
from viva.telephony.adapters.sip.leg import SipLeg
from viva.telephony.adapters.sip.trunk import SipTrunk

_LOUD = 8_000
HEAD = (
    "calls",
    "% of a core a call",
    "in p50 ms",
    "in p95 ms",
    "out p50 ms",
    "concealed",
    "gaps",
    "teardown ms",
)
_CLICK = to_bytes((np.sin(np.arange(640) * np.pi / 8) * 14_000).astype(np.int16))


@dataclass
class Delays:
    """In milliseconds."""

    inwards: list[float] = field(default_factory=list)
    outwards: list[float] = field(default_factory=list)


async def main() -> None:
    """Measures each number of calls with a trunk of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, nargs="+", default=[1, 10, 30])
    parser.add_argument("--seconds", type=float, default=8.0)
    arguments = parser.parse_args()
    print("  ".join(HEAD))
    for calls in arguments.calls:
        row = await measured(calls, arguments.seconds)
        print("  ".join(f"{cell:>{len(name)}}" for cell, name in zip(row, HEAD, strict=True)))


async def measured(calls: int, seconds: float) -> tuple[str, ...]:
    """One row of the table."""
    loop = asyncio.get_running_loop()
    peer = await SipPeer().open()
    trunk = SipTrunk(loopback_config(peer.port))
    await trunk.start()
    legs = [await trunk.dial(order(f"call_{n}")) for n in range(calls)]
    await asyncio.gather(*(leg.answered() for leg in legs))
    readers = [asyncio.create_task(_read(leg)) for leg in legs[1:]]
    worker = psutil.Process(trunk.worker_pids[0])
    before, began = sum(worker.cpu_times()[:2]), loop.time()
    delays = await _clicks(legs[0], peer.people[0], seconds)
    share = (sum(worker.cpu_times()[:2]) - before) / (loop.time() - began) / calls
    counters = [leg.counters() for leg in legs]
    began = loop.time()
    await asyncio.gather(*(leg.hang_up() for leg in legs))
    await asyncio.gather(*(person.hung_up() for person in peer.people), *readers)
    teardown_ms = (loop.time() - began) * 1000
    await trunk.stop()
    peer.close()
    inwards = sorted(delays.inwards) or [0.0]
    return (
        f"{calls}",
        f"{100 * share:.2f}",
        f"{statistics.median(inwards):.0f}",
        f"{inwards[int(len(inwards) * 0.95)]:.0f}",
        f"{statistics.median(delays.outwards or [0.0]):.0f}",
        f"{sum(c.concealed_packets for c in counters)}",
        f"{sum(c.gaps for c in counters)}",
        f"{teardown_ms:.0f}",
    )


async def _read(leg: SipLeg) -> None:
    async for _ in leg.frames():
        pass


async def _clicks(leg: SipLeg, person: SipPerson, seconds: float) -> Delays:
    """Clicks both ways, twice a second; all other calls are silent, which costs the same."""
    delays, loop = Delays(), asyncio.get_running_loop()
    arrivals: list[float] = []
    heard = asyncio.create_task(_hear_clicks(leg, arrivals))
    until = loop.time() + seconds
    while loop.time() < until:
        spoken_at = loop.time()
        await person.rtp.say(_CLICK)
        await asyncio.sleep(0.25)
        delays.inwards += [(at - spoken_at) * 1000 for at in arrivals if at > spoken_at][:1]
        before, played_at = len(person.rtp.heard_at), loop.time()
        await leg.play(_CLICK)
        await asyncio.sleep(0.25)
        ulaw = bytes(person.rtp.heard_ulaw)[before * 160 :]
        loud = [n for n in range(len(ulaw) // 160) if ulaw[n * 160 : n * 160 + 160].strip(b"\xff")]
        if loud:
            delays.outwards.append((person.rtp.heard_at[before + loud[0]] - played_at) * 1000)
    heard.cancel()
    return delays


async def _hear_clicks(leg: SipLeg, arrivals: list[float]) -> None:
    now = asyncio.get_running_loop().time
    async for frame in leg.frames():
        loudest = np.abs(to_samples(frame.pcm).astype(int)).max()
        arrivals += [now()] if loudest > _LOUD else []


if __name__ == "__main__":
    asyncio.run(main())
