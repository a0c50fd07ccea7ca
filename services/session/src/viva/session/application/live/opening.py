"""Makes a conductor: from the interview's plan, its prompts, and what is stored of it."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from viva.platform.clock import Clock
from viva.platform.db import UnitOfWork
from viva.platform.errors import DomainError, NotFoundError
from viva.platform.objects import Objects
from viva.session.application.lifecycle import InterviewBrief, Lifecycle
from viva.session.application.lifecycle_ports import OpenUnit
from viva.session.application.live.answer_audio import first_needed
from viva.session.application.live.conductor import Conductor
from viva.session.application.live.keeper import LEASE_S, Keeper, KeeperEvents
from viva.session.application.live.ports import (
    ConversationStore,
    Prompt,
    PromptSource,
    Segment,
    Setting,
    Taken,
)
from viva.session.application.live.report import ConversationReport
from viva.session.application.live.senses import Models
from viva.session.domain.conversation.draft import Rules
from viva.session.domain.conversation.facts import Cancelled
from viva.session.domain.conversation.state import Stage, State
from viva.session.domain.conversation.turn import DEFAULT_CURVE, TurnCurve
from viva.session.domain.lifecycle import State as InterviewState


@dataclass(frozen=True)
class LiveParts:
    """What every conversation of a replica shares."""

    open_unit: OpenUnit
    store: ConversationStore
    objects: Objects
    lifecycle: Lifecycle
    prompts: PromptSource
    models: Models
    clock: Clock
    report: ConversationReport
    address: Callable[[], str]
    curve: TurnCurve = DEFAULT_CURVE


async def load(parts: LiveParts, interview_id: str, attempt: int) -> InterviewBrief:
    """The plan of an interview that a candidate may join.

    Raises:
        NotFoundError: no such interview.
        DomainError: `interview_over` or `interview_not_ready`.
    """
    brief = await parts.lifecycle.load_plan(interview_id)
    if brief.attempt != attempt:
        raise DomainError("another attempt has begun", code="interview_over")
    if brief.state is InterviewState.CREATED:
        raise DomainError("the prompts are not rendered yet", code="interview_not_ready")
    if not brief.state.joinable:
        raise DomainError(f"the interview is {brief.state}", code="interview_over")
    return brief


async def open_conversation(parts: LiveParts, brief: InterviewBrief) -> Conductor:
    """Takes the lease and everything that is stored.

    Raises:
        DomainError: `interview_over`.
        TransientError: the database or the object store is away.
    """
    setting = await _setting(parts, brief)
    async with parts.open_unit() as uow:
        taken = await _take(parts, uow, setting)
    if taken.ended:
        raise DomainError("the conversation has ended", code="interview_over")
    durations = {key: prompt.samples for key, prompt in setting.prompts.items()}
    rules = Rules(brief.plan, durations, curve=parts.curve)
    conductor = Conductor(
        setting,
        rules,
        taken,
        models=parts.models,
        keeper=lambda conductor: _keeper(parts, taken, conductor),
        clock=parts.clock,
        report=parts.report,
    )
    if taken.state != State() or taken.facts:
        conductor.take_over(taken, await _sound_before(parts, taken))
    if brief.cancelled:
        conductor.sensed(Cancelled())
    return conductor


async def _setting(parts: LiveParts, brief: InterviewBrief) -> Setting:
    async def prompt(key: str) -> Prompt:
        audio = brief.prompts[key]
        pcm = await parts.prompts.pcm(audio.object_key, audio.sha256)
        return Prompt(
            key=key,
            text=audio.text,
            pcm=pcm,
            sha256=await asyncio.to_thread(_sha256, pcm),
            object_key=audio.object_key,
            object_sha256=audio.sha256,
            object_bytes=audio.size_bytes,
        )

    prompts = await asyncio.gather(*(prompt(key) for key in brief.prompts))
    return Setting(
        interview_id=brief.plan.interview_id,
        attempt=brief.attempt,
        spec=brief.spec,
        prompts={prompt.key: prompt for prompt in prompts},
    )


def _sha256(pcm: bytes) -> str:
    return hashlib.sha256(pcm).hexdigest()


async def _take(parts: LiveParts, uow: UnitOfWork, setting: Setting) -> Taken:
    return await parts.store.take(
        uow, setting.interview_id, setting.attempt, parts.address(), LEASE_S
    )


def _keeper(parts: LiveParts, taken: Taken, conductor: Conductor) -> Keeper:
    return Keeper(
        taken.lease,
        open_unit=parts.open_unit,
        store=parts.store,
        objects=parts.objects,
        lifecycle=parts.lifecycle,
        clock=parts.clock,
        events=KeeperEvents(
            stored=conductor.stored,
            cancelled=lambda: conductor.sensed(Cancelled()),
            lost=conductor.lost,
        ),
        position=taken.position,
        client_fact=taken.client_fact,
        started=taken.state.stage is not Stage.WAITING,
    )


async def _sound_before(parts: LiveParts, taken: Taken) -> bytes:
    """Stored sound that an answer under way begins with; silence where an object is missing."""
    answers = [a for a in (taken.state.answer, taken.state.previous) if a is not None and a.spans]
    starts = [first_needed(answer.spans[0].start) for answer in answers]
    if taken.state.speech is not None:
        starts.append(first_needed(taken.state.speech.began))
    start = min([*starts, taken.position])
    sound = bytearray((taken.position - start) * 2)
    for segment in taken.segments:
        if segment.position + segment.samples > start and segment.position < taken.position:
            _place(sound, start, segment, await _read(parts, segment))
    return bytes(sound)


async def _read(parts: LiveParts, segment: Segment) -> bytes:
    try:
        return await parts.objects.get(segment.key, segment.sha256)
    except NotFoundError:
        return b""


def _place(sound: bytearray, start: int, segment: Segment, pcm: bytes) -> None:
    skipped = max(0, start - segment.position) * 2
    at = max(0, segment.position - start) * 2
    piece = pcm[skipped : skipped + len(sound) - at]
    sound[at : at + len(piece)] = piece
