"""The telephone: what telephony adds to a round trip, what a call costs, how fast all are let go.

The loopback carrier and the people run in the trunk's process: the cost is of both ends.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import psutil
from starlette.routing import Router

from services.telephony.bench import sip
from tests.bench import phone_talk
from tests.bench.bench import Bench
from viva.audio.pcm import FRAME_SAMPLES, SAMPLE_RATE_HZ, to_bytes, to_samples
from viva.platform.clock import SystemClock
from viva.platform.health import Health
from viva.platform.http import HttpServer
from viva.telephony.adapters.providers.twilio.account import TwilioAccount
from viva.telephony.adapters.providers.twilio.trunk import TwilioTrunk
from viva.telephony.adapters.providers.twilio.webhooks import routes
from viva.telephony.application.ports import CallLeg, DialOrder
from viva.telephony.domain.numbers import PhoneNumber
from viva.testkit.phone.carrier import ACCOUNT, TOKEN, LoopbackCarrier
from viva.testkit.phone.handset import SILENCE

AT_ONCE = 30
SECONDS = 10
LONGEST_S = 90
CALLER = PhoneNumber("+4930555002")
PULSE = to_bytes(
    (np.sin(np.arange(FRAME_SAMPLES) * 2 * np.pi * 1000 / 16_000) * 9000).astype("<i2")
)
EVERY_FRAMES = 50


class PulsingHandset:
    """Sends a pulse each second and notes when each comes back."""

    def __init__(self) -> None:
        self.hung_up = False
        self.over_at_s = 0.0
        self.is_over = asyncio.Event()
        self._frames = 0
        self._sent_s: list[float] = []
        self._heard_s: list[float] = []

    def capture(self) -> bytes | None:
        self._frames += 1
        if self._frames % EVERY_FRAMES:
            return SILENCE
        self._sent_s.append(time.monotonic())
        return PULSE

    def hear(self, pcm: bytes) -> None:
        loud = np.abs(to_samples(pcm).astype(int)).max(initial=0) > 3000
        if loud and (not self._heard_s or time.monotonic() - self._heard_s[-1] > 0.3):
            self._heard_s.append(time.monotonic())

    def take_keys(self) -> str:
        return ""

    def over(self) -> None:
        self.over_at_s = time.monotonic()
        self.is_over.set()

    def round_trips_ms(self) -> list[float]:
        """Of each pulse that came back before the next was sent."""
        found = []
        for sent in self._sent_s:
            back = [heard for heard in self._heard_s if sent <= heard < sent + 0.9]
            found += [(back[0] - sent) * 1000] if back else []
        return found


async def measure(bench: Bench) -> None:
    """Lines of both kinds by themselves, for one call and for thirty; then whole interviews."""
    await _carrier_lines(bench)
    rows = [await sip.measured(count, SECONDS) for count in (1, AT_ONCE)]
    bench.table("A SIP trunk alone: the worker's cost, one way's delay", sip.HEAD, rows)
    await phone_talk.measure(bench)


async def _carrier_lines(bench: Bench) -> None:
    rows = []
    for count in (1, AT_ONCE):
        handsets: list[PulsingHandset] = []
        async with asyncio.timeout(LONGEST_S), _trunk(handsets) as trunk:
            process = psutil.Process()
            legs = await asyncio.gather(*(_answered(trunk, n) for n in range(count)))
            echoes = [asyncio.create_task(_echo(leg)) for leg in legs]
            before, began = sum(process.cpu_times()[:2]), time.monotonic()
            await asyncio.sleep(SECONDS)
            cpu = (sum(process.cpu_times()[:2]) - before) / (time.monotonic() - began)
            gaps = sum(leg.counters().gaps for leg in legs)
            asked = time.monotonic()
            await asyncio.gather(*(leg.hang_up() for leg in legs))
            await asyncio.gather(*echoes)
            async with asyncio.timeout(20):
                await asyncio.gather(*(handset.is_over.wait() for handset in handsets))
            trips = sorted(trip for handset in handsets for trip in handset.round_trips_ms())
            rows.append(
                (
                    count,
                    f"{statistics.median(trips):.0f}" if trips else None,
                    f"{trips[int(0.95 * (len(trips) - 1))]:.0f}" if trips else None,
                    f"{100 * cpu / count:.1f}",
                    gaps,
                    f"{(max(h.over_at_s for h in handsets) - asked) * 1000:.0f}",
                )
            )
    head = ("calls", "round trip p50 ms", "p95 ms", "% of a core a call", "gaps", "teardown ms")
    bench.table("A carrier's stream alone, carrier and person in the same process", head, rows)


@asynccontextmanager
async def _trunk(handsets: list[PulsingHandset]) -> AsyncIterator[TwilioTrunk]:
    def answer(_number: str) -> PulsingHandset:
        handsets.append(PulsingHandset())
        return handsets[-1]

    health = Health("bench", SystemClock())
    health.started = True
    async with LoopbackCarrier(answer) as carrier:
        server = HttpServer("127.0.0.1", 0, health)
        await server.start()
        account = TwilioAccount(
            ACCOUNT, TOKEN, f"http://127.0.0.1:{server.port}", carrier.url, False
        )
        trunk = TwilioTrunk("bench", account)
        server.mount(Router(routes(trunk)))
        await trunk.start()
        try:
            yield trunk
        finally:
            await trunk.stop()
            await server.stop()


async def _answered(trunk: TwilioTrunk, number: int) -> CallLeg:
    leg = await trunk.dial(
        DialOrder(f"call_{number}", PhoneNumber(f"+4930555{number:04d}"), CALLER)
    )
    await leg.answered()
    return leg


async def _echo(leg: CallLeg) -> None:
    """Plays what is heard, 20 ms at a time, as soon as it comes."""
    async for frame in leg.frames():
        await leg.play(frame.pcm)


assert SAMPLE_RATE_HZ // FRAME_SAMPLES == EVERY_FRAMES
