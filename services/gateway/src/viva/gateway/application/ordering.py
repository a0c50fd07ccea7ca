"""Ordering an interview: what it uses is frozen, the credit is held, the others are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from viva.gateway.application import auditing, crediting, encoding
from viva.gateway.application.calling import call_plan, check_call, new_code
from viva.gateway.application.context import Context
from viva.gateway.application.ports import Work
from viva.gateway.domain import builtin
from viva.gateway.domain.access import Caller
from viva.gateway.domain.errors import Fault, InvalidInputError
from viva.gateway.domain.interview import (
    Accommodations,
    CallOrder,
    Candidate,
    Channel,
    ConsentMode,
    Interview,
    Limits,
    Order,
    Run,
    Script,
)
from viva.gateway.domain.join import JoinLink
from viva.gateway.domain.library import D, Entry, Framework, Persona, QuestionSet
from viva.gateway.domain.library_rules import check, check_script
from viva.gateway.domain.limits import usual_limits
from viva.gateway.domain.tokens import new_token, token_hash


@dataclass(frozen=True)
class OrderInterview:
    """What a customer asks for. Definitions come by id, in full, or not at all (the default)."""

    channel: Channel
    role: str
    persona: str | Persona | None = None
    framework: str | Framework | None = None
    question_set: str | QuestionSet | None = None
    candidate: Candidate = field(default_factory=Candidate)
    external_id: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    consent_mode: ConsentMode = ConsentMode.EXPLICIT
    accommodations: Accommodations = field(default_factory=Accommodations)
    expires_at: datetime | None = None
    webhook_url: str = ""
    total_ms: int | None = None
    grace_ms: int | None = None
    call: CallOrder | None = None
    vacancy: str = ""


@dataclass(frozen=True)
class Ordered:
    """A new interview, with its link and the code to call in with, which are shown once."""

    interview: Interview
    join_url: str
    call_code: str = ""


async def order_interview(
    work: Work, context: Context, caller: Caller, command: OrderInterview
) -> Ordered:
    """Creates an interview.

    Raises:
        InvalidInputError: something named is unknown, unavailable or breaks a rule.
        InsufficientCreditsError: nothing was created.
    """
    check_call(context, command.channel, command.call, command.candidate)
    now = context.now()
    script = Script(
        persona=await _resolve(work, context, caller, command.persona, builtin.PERSONA),
        framework=await _held(
            work,
            caller,
            command.vacancy,
            await _resolve(work, context, caller, command.framework, builtin.FRAMEWORK),
        ),
        question_set=await _resolve(
            work, context, caller, command.question_set, builtin.QUESTION_SET
        ),
    )
    check_script(
        script.framework.definition,
        script.question_set.definition,
        default_questions=command.question_set is None,
    )
    interview = Interview(
        id=context.ids.new("iv"),
        tenant_id=caller.tenant_id,
        test_mode=caller.test_mode,
        order=_order(command, script, context.policy.longest_interview),
        created_at=now,
        expires_at=_expiry(command.expires_at, now, context),
        run=Run(1),
    )
    await work.interviews.add(interview)
    join_url = await open_door(work, context, interview)
    await auditing.note(work, context, caller, "interview.create", interview.id)
    # Last, because it makes the tenant's other orders wait.
    await crediting.reserve(work, context, interview, event_id=f"{interview.id}:1:reserve")
    code = new_code() if command.channel is Channel.PHONE else ""
    plan = call_plan(context, interview, code)
    work.emit(encoding.created(interview, plan), interview_id=interview.id)
    return Ordered(interview, join_url, code)


async def open_door(work: Work, context: Context, interview: Interview) -> str:
    """Makes a further join link and gives its URL; the token is kept as a hash only."""
    token = new_token()
    link = JoinLink(token_hash(token), interview.id, interview.tenant_id, replaced=False)
    await work.doors.add_link(link, context.now())
    return f"{context.policy.public_url}/join#t={token}"


def _order(command: OrderInterview, script: Script, longest: timedelta) -> Order:
    usual = usual_limits(script.question_set.definition, command.accommodations, command.channel)
    total_ms = command.total_ms or usual.total_ms
    if timedelta(milliseconds=total_ms) > longest:
        raise InvalidInputError(
            "interview_too_long",
            f"It may take {total_ms / 1000:.0f} s, more than the {longest.total_seconds():.0f} s "
            "that are allowed here.",
            (Fault("/limits/total_s", "ask less, or set a lower limit", "interview_too_long"),),
        )
    return Order(
        channel=command.channel,
        role=command.role,
        script=script,
        limits=Limits(
            total_ms=total_ms,
            grace_ms=command.grace_ms or usual.grace_ms,
        ),
        candidate=command.candidate,
        external_id=command.external_id,
        metadata=dict(command.metadata),
        tags=command.tags,
        consent_mode=command.consent_mode,
        accommodations=command.accommodations,
        webhook_url=command.webhook_url,
        call=(command.call or CallOrder()) if command.channel is Channel.PHONE else None,
        vacancy=command.vacancy,
    )


def _expiry(asked: datetime | None, now: datetime, context: Context) -> datetime:
    if asked is None:
        return now + context.policy.link_lifetime
    longest = context.policy.longest_lifetime
    if not now < asked <= now + longest:
        raise InvalidInputError(
            "expiry_invalid",
            f"The expiry must lie in the next {longest.days} days.",
            (Fault("/expires_at", "must be in the future, and not too far", "expiry_invalid"),),
        )
    return asked


async def _resolve(
    work: Work,
    context: Context,
    caller: Caller,
    asked: str | D | None,
    default: Entry[D],
) -> Entry[D]:
    """Finds or takes a definition; an inline one has no id and no version."""
    if asked is None:
        return default
    kind = type(default.definition)
    pointer = f"/{_FIELDS[kind]}"
    if not isinstance(asked, str):
        policy = context.policy
        check(asked, languages=policy.languages, voices=policy.voices, at=pointer)
        return Entry("", caller.tenant_id, 0, context.now(), asked)
    found = await work.library.find(kind, caller.tenant_id, asked)
    if found is None:
        name = _FIELDS[kind]
        raise InvalidInputError(
            f"{name}_unknown", f"There is no {name} '{asked}'.", (Fault(pointer, "unknown"),)
        )
    return found


async def _held(
    work: Work, caller: Caller, vacancy: str, framework: Entry[Framework]
) -> Entry[Framework]:
    """The version that the vacancy's first interview had: its candidates are scored alike."""
    if not vacancy:
        return framework
    if not framework.id:
        raise InvalidInputError(
            "vacancy_framework",
            "The candidates of a vacancy are scored by one version: name a stored framework.",
            (Fault("/framework", "must be an id, or not be given", "vacancy_framework"),),
        )
    held, version = await work.vacancies.pin(
        caller.tenant_id, caller.test_mode, vacancy, framework.id, framework.version
    )
    found = await work.library.find(Framework, caller.tenant_id, held, version)
    if held != framework.id or found is None:
        raise InvalidInputError(
            "vacancy_framework",
            f"The first interview of this vacancy used '{held}': its candidates are scored alike.",
            (Fault("/framework", f"must be '{held}'", "vacancy_framework"),),
        )
    return found


_FIELDS: dict[type, str] = {
    Persona: "persona",
    Framework: "framework",
    QuestionSet: "question_set",
}
