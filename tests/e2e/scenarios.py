"""Interviews that run side by side while the tests wait; each test asserts on what one brought."""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.interview import (
    CUSTOMER,
    LONG_PROBLEM,
    MORE,
    ORDER,
    PROBLEM,
    STRANGER,
    book,
)
from tests.e2e.phones import MAIN, ROUGH, SIP, PickUp
from tests.e2e.world import World
from viva.testkit.api import ApiError
from viva.testkit.candidate.conduct import Conducted, attend, finish
from viva.testkit.candidate.link import JoinRefusedError
from viva.testkit.candidate.person import Habits, rendered_ahead
from viva.testkit.candidate.script import Answer, AnswerBook, Behaviour, Pause, Say
from viva.testkit.demo.answers import answer_book
from viva.testkit.phone.carrier import Fate
from viva.testkit.phone.ear import Ear, interviewer_says
from viva.testkit.phone.person import (
    GREETING,
    HELLO,
    NO,
    PARDON,
    YES,
    Consent,
    PhoneCandidate,
    PhoneHabits,
    Voicemail,
)

AT_ONCE = 4
ASKED = interviewer_says(ORDER["question_set"]["questions"])
PHONE_S = 600
"""From the order to the verdict: the calls, the whole conversation, all stages."""


@dataclass(repr=False)
class Outcome(Conducted):
    """An interview, and what else a scenario noted."""

    notes: dict[str, Any] = field(default_factory=dict)

    def told(self) -> str:
        """How it went, for who has to find out why a test failed."""
        lines = [f"{who}: {text}" for who, text in self.report.lines]
        shown = {
            name: self.verdict.get(name)
            for name in ("status", "end_reason", "failure", "confidence", "confidence_reasons")
        }
        for answer in self.verdict.get("answers", ()):
            told = ("revision", "partial", "duration_ms", "net_speech_ms", "words")
            shown[answer["question_id"]] = {name: answer[name] for name in told}
        end = f"the conversation ended: {self.report.end_reason or '?'}"
        calls = f"calls: {self.notes.get('calls')}, gaps of the telephone: {self.notes.get('gaps')}"
        return "\n".join([*lines, end, str(shown), calls])


Act = Callable[[World, Outcome, "Scenario"], Awaitable[None]]


async def _talk(world: World, outcome: Outcome, scenario: "Scenario") -> None:
    """The candidate joins and goes through it; then the verdict is waited for."""
    await world.api.ready(outcome.id)
    await attend(outcome, world.voice, scenario.book(), scenario.habits)
    await finish(outcome, world.api)


@dataclass(frozen=True)
class Scenario:
    """One interview: what is ordered, how the candidate is, and what happens.

    Attributes:
        live: it takes one of the places for live conversations.
        by_phone: the order is given by what happens, which knows the number.
    """

    habits: Habits = field(default_factory=Habits)
    book: Callable[[], AnswerBook] = book
    order: dict[str, Any] = field(default_factory=dict)
    act: Act = _talk
    live: bool = True
    by_phone: bool = False


async def _fail_then_reinvite(world: World, outcome: Outcome, scenario: Scenario) -> None:
    await _talk(world, outcome, scenario)
    outcome.notes["first"] = outcome.verdict
    outcome.notes["old_link"] = outcome.created["join_url"]
    outcome.created = await world.api.call("POST", f"/v1/interviews/{outcome.id}/reinvite")
    await world.api.ready(outcome.id)
    outcome.notes["refusal"] = await _refusal(world, outcome.notes["old_link"])
    await attend(outcome, world.voice, book(), Habits())
    await finish(outcome, world.api)
    outcome.notes["second_reinvite"] = await _problem(
        world, "POST", f"/v1/interviews/{outcome.id}/reinvite"
    )


async def _cancel_live(world: World, outcome: Outcome, scenario: Scenario) -> None:
    await world.api.ready(outcome.id)
    talking = asyncio.create_task(
        attend(outcome, world.voice, scenario.book(), scenario.habits), name="talking"
    )
    await world.api.wait_for(outcome.id, {"in_progress"}, 60)
    outcome.notes["answer"] = await world.api.call(
        "POST", f"/v1/interviews/{outcome.id}/cancel", json={"reason": "position filled"}
    )
    await talking
    await finish(outcome, world.api)


async def _replay_then_erase(world: World, outcome: Outcome, scenario: Scenario) -> None:
    await _talk(world, outcome, scenario)
    path = f"/v1/interviews/{outcome.id}"
    outcome.notes["replay"] = await world.api.call("POST", f"{path}/rescore")
    outcome.notes["explained"] = await world.api.call("GET", f"{path}/explanation")
    outcome.notes["objects"] = world.stored_objects(outcome.id)
    outcome.notes["erased"] = await world.api.call("DELETE", path)


async def _expire(world: World, outcome: Outcome, scenario: Scenario) -> None:
    await finish(outcome, world.api, 60)
    outcome.notes["refusal"] = await _refusal(world, outcome.created["join_url"])


async def _refusal(world: World, join_url: str) -> JoinRefusedError:
    try:
        await attend(Outcome({"join_url": join_url}), world.voice, book())
    except JoinRefusedError as error:
        return error
    raise AssertionError("a link that should be dead opens")


async def _problem(world: World, method: str, path: str) -> ApiError:
    try:
        await world.api.call(method, path)
    except ApiError as error:
        return error
    raise AssertionError(f"{method} {path} should be refused")


async def _call(
    world: World, outcome: Outcome, call: dict[str, Any], pick_up: PickUp, *fates: Fate
) -> None:
    """Somebody is called; then the verdict is waited for."""
    number = world.phones.add(pick_up, *fates)
    outcome.notes["number"] = number
    outcome.created = await world.api.create_interview(
        **outcome.notes["order"],
        channel="phone",
        candidate={"phone": number},
        call=call,
    )
    await finish(outcome, world.api, PHONE_S)
    outcome.notes["calls"] = await world.phones.calls_to(number)
    outcome.notes["gaps"] = world.phones.gaps(number)


def _called(habits: PhoneHabits, *fates: Fate, **call: Any) -> Act:
    async def act(world: World, outcome: Outcome, scenario: Scenario) -> None:
        answers = {key: said[0] for key, said in scenario.book().by_question.items()}
        ear = await asyncio.to_thread(Ear.knowing, world.interviewer, ASKED)
        person = PhoneCandidate(world.voice, answers, ear, habits)
        outcome.notes["person"] = person
        outcome.report = person.report
        await _call(world, outcome, {"trunk": MAIN} | call, person.pick_up, *fates)

    return act


async def _refuse_by_phone(world: World, outcome: Outcome, scenario: Scenario) -> None:
    """Ordered from the command line, as somebody does who tries Viva."""
    del scenario
    ear = await asyncio.to_thread(Ear.knowing, world.interviewer, ASKED)
    person = PhoneCandidate(world.voice, {}, ear, PhoneHabits(Consent.REFUSED))
    outcome.report = person.report
    number = world.phones.add(person.pick_up)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "viva.platform.cli", "call", number, "--trunk", MAIN),
        env=world.stack.settings(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, told = await process.communicate()
    outcome.notes |= {"printed": printed.decode(), "told": told.decode()}
    outcome.notes["exit"] = process.returncode
    ordered = re.search(r"ordered +(iv_\w+)", told.decode())
    assert ordered, told.decode()
    outcome.created = {"id": ordered.group(1)}
    await finish(outcome, world.api, PHONE_S)
    outcome.notes["calls"] = await world.phones.calls_to(number)


def _answered_by_a_machine(trunk: str, *fates: Fate) -> Act:
    async def act(world: World, outcome: Outcome, scenario: Scenario) -> None:
        del scenario
        await _call(world, outcome, {"trunk": trunk}, lambda: Voicemail(world.voice), *fates)

    return act


LONG_QUESTIONS = ORDER["question_set"] | {
    "questions": [
        ORDER["question_set"]["questions"][0],
        ORDER["question_set"]["questions"][1]
        | {
            "text": "Please tell me about one customer whom you helped last year, and about "
            "everything that you did for this customer in the end."
        },
        ORDER["question_set"]["questions"][2],
    ]
}

SCENARIOS: dict[str, Scenario] = {
    "full_length": Scenario(book=answer_book, order={"question_set": None, "persona": None}),
    "completed": Scenario(),
    "erased": Scenario(act=_replay_then_erase),
    "silent": Scenario(Habits(Behaviour.SILENT)),
    "drops": Scenario(
        Habits(Behaviour.DROPS, on_answer=3),
        book=lambda: book(customer=(Say(f"{CUSTOMER} {MORE}"),), problem=(Say(LONG_PROBLEM),)),
        order={"limits": {"grace_s": 3}},
    ),
    "drops_and_returns": Scenario(Habits(Behaviour.DROPS, on_answer=2, returns_after_s=2.0)),
    "network_away": Scenario(
        Habits(Behaviour.DROPS, on_answer=2, returns_after_s=2.0, returns_fresh=False)
    ),
    "drops_early": Scenario(
        Habits(Behaviour.DROPS, on_answer=1),
        order={"limits": {"grace_s": 2}},
        act=_fail_then_reinvite,
    ),
    "second_voice": Scenario(
        book=lambda: book(
            problem=(Say(PROBLEM), Pause(400), Say(STRANGER, second_voice=True)),
        )
    ),
    "interrupts": Scenario(
        Habits(Behaviour.INTERRUPTS, on_answer=2), order={"question_set": LONG_QUESTIONS}
    ),
    "coughs": Scenario(
        Habits(Behaviour.COUGHS, on_answer=2), order={"question_set": LONG_QUESTIONS}
    ),
    "open_speakers": Scenario(Habits(Behaviour.OPEN_SPEAKERS)),
    "noisy": Scenario(Habits(Behaviour.NOISY)),
    "stalls": Scenario(Habits(Behaviour.STALLS)),
    # Long enough to compare with the warm-up, which is spoken freely.
    "reads": Scenario(
        Habits(Behaviour.READS),
        book=lambda: book(
            warm=(Say(MORE),),
            customer=(Say(f"{CUSTOMER} {MORE}"),),
            problem=(Say(LONG_PROBLEM),),
        ),
    ),
    "hesitant": Scenario(Habits(Behaviour.HESITANT)),
    "types": Scenario(Habits(Behaviour.TYPES), order={"accommodations": {"text_answers": True}}),
    "refuses_consent": Scenario(Habits(consent=False)),
    "cancelled_live": Scenario(act=_cancel_live),
    "phone": Scenario(act=_called(PhoneHabits(), Fate.BUSY), by_phone=True),
    "phone_sip": Scenario(
        act=_called(PhoneHabits(Consent.SPEECH), Fate.BUSY, trunk=SIP), by_phone=True
    ),
    # Time enough to be called back, however busy the machine.
    "phone_drops": Scenario(
        order={"limits": {"grace_s": 60}},
        act=_called(PhoneHabits(hangs_up_at="customer", presses={"warm": "0", "problem": "*"})),
        by_phone=True,
    ),
    "phone_gone": Scenario(
        book=lambda: book(customer=(Say(f"{CUSTOMER} {MORE}"),), problem=(Say(LONG_PROBLEM),)),
        order={"limits": {"grace_s": 3}},
        act=_called(PhoneHabits(hangs_up_at="problem"), trunk=SIP, call_back=False),
        by_phone=True,
    ),
    "phone_rough": Scenario(act=_called(PhoneHabits(), trunk=ROUGH), by_phone=True),
    "phone_refuses": Scenario(act=_refuse_by_phone, by_phone=True),
    "phone_says_no": Scenario(
        act=_called(PhoneHabits(Consent.REFUSED_ALOUD), trunk=SIP), by_phone=True
    ),
    "phone_nobody": Scenario(
        act=_answered_by_a_machine(MAIN, Fate.RING, Fate.BUSY), by_phone=True, live=False
    ),
    "phone_nobody_sip": Scenario(
        act=_answered_by_a_machine(SIP, Fate.BUSY, Fate.RING), by_phone=True, live=False
    ),
    "expires": Scenario(order={"expires_in_s": 1}, act=_expire, live=False),
}


def spoken(names: Iterable[str]) -> list[Answer]:
    """All that the candidates of these scenarios say; to be rendered before any of them joins."""
    found = list(book().all())
    for name in names:
        found += [(HELLO,), (YES,), (NO,), (PARDON,), (GREETING,)]
        found += rendered_ahead(SCENARIOS[name].book(), SCENARIOS[name].habits)
    return found


def asked(names: Iterable[str]) -> list[Answer]:
    """What some of these candidates must know by ear."""
    by_phone = any(SCENARIOS[name].by_phone for name in names)
    return [(say,) for say in ASKED.values()] if by_phone else []


class Runs:
    """Starts scenarios, some at once, and hands out what they brought."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._places = asyncio.Semaphore(AT_ONCE)
        self._tasks: dict[str, asyncio.Task[Outcome]] = {}

    def start(self, names: Iterable[str]) -> None:
        """Starts scenarios in this order; those that run already are left alone."""
        for name in names:
            if name not in self._tasks:
                self._tasks[name] = asyncio.create_task(self._run(name), name=name)

    async def of(self, name: str) -> Outcome:
        """Waits for a scenario's end."""
        self.start([name])
        return await self._tasks[name]

    async def all_over(self) -> None:
        """Waits until nothing runs any more, whatever came of it."""
        if self._tasks:
            await asyncio.wait(self._tasks.values())

    async def _run(self, name: str) -> Outcome:
        scenario = SCENARIOS[name]
        if not scenario.live:
            return await self._conduct(name, scenario)
        async with self._places:
            return await self._conduct(name, scenario)

    async def _conduct(self, name: str, scenario: Scenario) -> Outcome:
        order = {**ORDER, "external_id": name, **scenario.order}
        given = {name: value for name, value in order.items() if value is not None}
        if scenario.by_phone:
            outcome = Outcome({}, notes={"order": given})
        else:
            outcome = Outcome(await self._world.api.create_interview(**given))
        try:
            await scenario.act(self._world, outcome, scenario)
        except Exception as error:
            error.add_note(outcome.told())
            raise
        return outcome
