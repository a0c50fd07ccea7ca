"""Live conversations whose replica dies, freezes or leaves, and what the candidate notices."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.e2e.interview import CUSTOMER, ORDER, PROBLEM, book
from tests.e2e.phones import MAIN
from tests.e2e.scenarios import ASKED, PHONE_S, Outcome
from tests.e2e.world import World
from viva.testkit.api import Api
from viva.testkit.candidate.conduct import Conducted, attend, finish
from viva.testkit.candidate.voice import Voice
from viva.testkit.events import eventually
from viva.testkit.phone.ear import Ear
from viva.testkit.phone.person import PhoneCandidate
from viva.testkit.stack import Stack

# So long into an answer.
INTO_S = 4.0


@dataclass
class Survived:
    """An interview that lost its replica once or more.

    Attributes:
        dead_air_s: from each loss until another replica had taken the candidate on.
    """

    conducted: Conducted
    dead_air_s: list[float] = field(default_factory=list)


async def first_conducts(stack: Stack) -> bool:
    """Whether the first session conducts, not its replica; waits until one of them says so."""

    async def owner() -> str:
        found = await asyncio.to_thread(stack.conversations)
        return next((name for name, number in found.items() if number), "")

    return bool(await eventually(owner, timeout_s=60) == "session")


async def kill_owner(stack: Stack) -> None:
    """kill -9 of the session that conducts; the other one must be there."""
    if await first_conducts(stack):
        await asyncio.to_thread(stack.kill, "session")
    else:
        await asyncio.to_thread(stack.end_replica, signal.SIGKILL)


async def freeze_owner(stack: Stack) -> None:
    """SIGSTOP of the session that conducts: nothing is closed, nobody answers; it stays so."""
    if await first_conducts(stack):
        await asyncio.to_thread(stack.freeze, "session")
    else:
        await asyncio.to_thread(stack.freeze_replica, frozen=True)


async def thaw(stack: Stack) -> None:
    """Lets both sessions go on."""
    await asyncio.to_thread(stack.thaw, "session")
    await asyncio.to_thread(stack.freeze_replica, frozen=False)


async def both_replicas(stack: Stack) -> None:
    """Waits until both sessions are there; starts the second where it is not."""
    if not await asyncio.to_thread(stack.has_replica):
        await asyncio.to_thread(stack.start_replica)
    await asyncio.to_thread(stack.wait_until_ready, "session")


async def _next(conducted: Conducted, known: int) -> float:
    """When a session took the candidate on after those that are known; 0 for not yet."""
    return next(iter(conducted.report.attached_at[known:]), 0.0)


async def conduct_with_losses(
    stack: Stack,
    api: Api,
    voice: Voice,
    lose: Callable[[Stack], Awaitable[None]] = kill_owner,
    stories: Sequence[str] = (CUSTOMER, PROBLEM),
    restore: Callable[[Stack], Awaitable[None]] | None = None,
) -> Survived:
    """Conducts the short interview; `lose` happens in the middle of these answers.

    `restore` follows once another replica has taken the candidate on.
    """
    await both_replicas(stack)
    conducted = Conducted(await api.create_interview(**ORDER))
    await api.ready(conducted.id)
    survived = Survived(conducted)
    told: asyncio.Queue[str] = asyncio.Queue()

    def listen(who: str, text: str) -> None:
        if who == "candidate" and text in stories:
            told.put_nowait(text)

    talking = asyncio.create_task(attend(conducted, voice, book(), listen=listen))
    for _ in stories:
        await told.get()
        await asyncio.sleep(INTO_S)
        await both_replicas(stack)
        known = len(conducted.report.attached_at)
        await lose(stack)
        lost_at = time.time()
        taken_on_at = await eventually(partial(_next, conducted, known), timeout_s=90, every_s=0.02)
        survived.dead_air_s.append(taken_on_at - lost_at)
        if restore is not None:
            await restore(stack)
    await talking
    await finish(conducted, api)
    return survived


async def call_that_loses_telephony(world: World) -> Outcome:
    """kill -9 of the process that carries a call, in the middle of an answer.

    Returns:
        The interview, with the `person` who was called and for how long it was `silent_s`.
    """
    ear = await asyncio.to_thread(Ear.knowing, world.interviewer, ASKED)
    answers = {key: said[0] for key, said in book().by_question.items()}
    person = PhoneCandidate(world.voice, answers, ear)
    number = world.phones.add(person.pick_up)
    order = ORDER | {"limits": {"grace_s": 60}, "channel": "phone", "call": {"trunk": MAIN}}
    created = await world.api.create_interview(**order, candidate={"phone": number})
    lost = Outcome(created, report=person.report, notes={"person": person})

    async def telling() -> bool:
        return any(CUSTOMER in text for _, text in person.report.lines)

    async def called_again() -> bool:
        return person.calls == 2

    await eventually(telling, timeout_s=PHONE_S)
    await asyncio.sleep(INTO_S)
    killed = await asyncio.to_thread(world.stack.kill, "telephony")
    killed_at = time.monotonic()
    await asyncio.to_thread(world.stack.wait_for_restart, "telephony", killed)
    await eventually(called_again, timeout_s=PHONE_S)
    lost.notes["silent_s"] = time.monotonic() - killed_at
    await finish(lost, world.api, PHONE_S)
    lost.notes["calls"] = await world.phones.calls_to(number)
    return lost
