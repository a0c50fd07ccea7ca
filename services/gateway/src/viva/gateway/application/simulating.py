"""Simulating candidates of test interviews: who may ask for one, and carrying it out."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from viva.edge.messages import Attach
from viva.edge.ports import ClientSocket, ProtocolViolationError
from viva.gateway.application import auditing
from viva.gateway.application.attempts import owned, refuse_erased
from viva.gateway.application.context import Context
from viva.gateway.application.join import JoinDesk
from viva.gateway.application.ordering import open_door
from viva.gateway.application.ports import OpenWork, Work
from viva.gateway.application.simulated_person import SimulatedPerson
from viva.gateway.domain.access import Caller
from viva.gateway.domain.errors import (
    ConflictError,
    Fault,
    ForbiddenError,
    GatewayError,
    InvalidInputError,
    TooManyRequestsError,
)
from viva.gateway.domain.interview import Channel, Interview
from viva.gateway.domain.lifecycle import Status
from viva.gateway.domain.simulation import ANSWERS, FOLLOW_UP, VOICES, Behaviour, Simulation
from viva.platform.errors import TransientError, VivaError
from viva.platform.log import bind_interview, get_logger

# For the voices of both sides and whatever is rendered before them.
_READY_S = 900.0
_POLL_S = 0.5
_AGAIN_S = 3.0
_FULL_RETRY_S = 60
_ENGLISH = "en"

Carry = Callable[[Attach, ClientSocket], Awaitable[None]]
_log = get_logger(__name__)


class AnswerVoice(Protocol):
    """Speaks answers. Every call may raise a platform error, unavailable included."""

    async def speak(self, text: str, voice: str) -> bytes:
        """PCM16 mono at 16 kHz; some seconds where the text was never spoken before."""


async def simulation_of(
    work: Work,
    context: Context,
    caller: Caller,
    interview_id: str,
    behaviour: Behaviour,
    answers: Sequence[str],
) -> Simulation:
    """Opens a door of its own for a simulated candidate.

    Raises:
        ForbiddenError: `test_mode_only`.
        ConflictError: `interview_over` or `browser_only`.
        InvalidInputError: `answers_required`, where Viva's own are of another language.
    """
    if not caller.test_mode:
        raise ForbiddenError("test_mode_only", "Candidates are simulated for test keys only.")
    interview = await owned(work, caller, interview_id)
    refuse_erased(interview)
    if not interview.status.joinable:
        raise ConflictError("interview_over", f"The interview is {interview.status} already.")
    if interview.order.channel is not Channel.BROWSER:
        raise ConflictError("browser_only", "A simulated candidate has no telephone.")
    persona = interview.order.script.persona.definition
    if not answers and persona.language.split("-")[0].lower() != _ENGLISH:
        raise InvalidInputError(
            "answers_required",
            f"The interview is in '{persona.language}': say what is answered.",
            (Fault("/answers", "missing", "missing"),),
        )
    await auditing.note(work, context, caller, "interview.simulate", interview_id)
    join_url = await open_door(work, context, interview)
    ids = [question.id for question in interview.order.script.question_set.definition.questions]
    return Simulation(
        interview_id,
        join_url.partition("#t=")[2],
        _voice_for(interview, context),
        behaviour,
        tuple(zip(ids, answers or ANSWERS, strict=False)),
    )


def _voice_for(interview: Interview, context: Context) -> str:
    taken = interview.order.script.persona.definition.voice
    voices = [voice for voice in (*VOICES, *context.policy.voices) if voice != taken]
    known = [voice for voice in voices if voice in context.policy.voices]
    return known[0] if known else taken


class Simulations:
    """The simulated candidates of this process: a few at once, none twice for an interview.

    One that is lost with its process is like a candidate whose computer died: another one may be
    asked for, and goes on where it stopped.

    Args:
        carry: runs a client's connection to its end, as for a browser.
    """

    def __init__(
        self, voice: AnswerVoice, join: JoinDesk, open_work: OpenWork, carry: Carry, *, limit: int
    ) -> None:
        self._voice = voice
        self._join = join
        self._open_work = open_work
        self._carry = carry
        self._waiting: asyncio.Queue[Simulation] = asyncio.Queue()
        self._under_way: set[str] = set()
        self._limit = limit

    def start(self, simulation: Simulation) -> None:
        """Lets a candidate come, once the interview is ready.

        Raises:
            ConflictError: `simulation_running`.
            TooManyRequestsError: as many as there may be are under way.
        """
        if simulation.interview_id in self._under_way:
            raise ConflictError("simulation_running", "A simulated candidate is there already.")
        if len(self._under_way) >= self._limit:
            detail = f"At most {self._limit} candidates are simulated at once."
            raise TooManyRequestsError(detail, _FULL_RETRY_S)
        self._under_way.add(simulation.interview_id)
        self._waiting.put_nowait(simulation)

    async def run(self) -> None:
        """Conducts them; until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._conduct(await self._waiting.get()))

    async def _conduct(self, simulation: Simulation) -> None:
        with bind_interview(simulation.interview_id):
            try:
                _log.info("simulation_ended", reason=await self._go_through(simulation))
            except (GatewayError, VivaError, ProtocolViolationError) as error:
                _log.warning("simulation_failed", code=error.code)
            except TimeoutError:
                _log.warning("simulation_failed", code="interview_not_ready")
            finally:
                self._under_way.discard(simulation.interview_id)

    async def _go_through(self, simulation: Simulation) -> str:
        async with asyncio.timeout(_READY_S):
            # What is said is spoken before the candidate comes, as the interviewer's part is.
            answers = {
                question_id: await self._spoken(text, simulation.voice)
                for question_id, text in simulation.answers
            }
            follow_up = await self._spoken(FOLLOW_UP, simulation.voice)
            while await self._status(simulation.interview_id) is Status.CREATED:  # noqa: ASYNC110
                await asyncio.sleep(_POLL_S)
        exchanged = await self._join.exchange(simulation.join_token)
        person = SimulatedPerson(answers, follow_up, simulation.behaviour)
        await self._carry(Attach(exchanged.credential, fresh=True, position=0), person)
        return person.over

    async def _spoken(self, text: str, voice: str) -> bytes:
        while True:
            try:
                return await self._voice.speak(text, voice)
            except TransientError as error:
                _log.warning("simulated_voice_awaited", code=error.code)
                await asyncio.sleep(_AGAIN_S)

    async def _status(self, interview_id: str) -> Status | None:
        async with self._open_work() as work:
            interview = await work.interviews.get(interview_id)
            return interview.status if interview else None
