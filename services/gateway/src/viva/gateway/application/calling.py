"""Interviews by telephone: what telephony is told of them, with the number sealed."""

import secrets
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from viva.contracts.gateway.events.v1 import events_pb2 as events
from viva.gateway.application.context import Context
from viva.gateway.domain.errors import Fault, InvalidInputError
from viva.gateway.domain.interview import CallOrder, Candidate, Channel, Interview

CODE_DIGITS = 8
_OWNER_OF_CODES = "code:"


def check_call(
    context: Context, channel: Channel, call: CallOrder | None, candidate: Candidate
) -> None:
    """Refuses a call that cannot be made.

    Raises:
        InvalidInputError: no trunk or no key to seal numbers with, no number, a wrong window.
    """
    if channel is Channel.BROWSER:
        if call is not None:
            raise _refused("call_unexpected", "/call", "Only the channel 'phone' takes a call.")
        return
    if not context.policy.phone_available or context.sealer is None:
        raise _refused(
            "channel_unavailable",
            "/channel",
            "No telephone trunk is configured; use the channel 'browser'.",
        )
    if not candidate.phone and (call is None or call.outbound):
        raise _refused(
            "phone_required",
            "/candidate/phone",
            "A telephone interview needs the candidate's number.",
        )
    if call is not None and call.window is not None:
        try:
            ZoneInfo(call.window.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise _refused(
                "time_zone_unknown", "/call/window/time_zone", "The time zone is not known."
            ) from None


def new_code() -> str:
    """A code with which the candidate may call in."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


def call_plan(context: Context, interview: Interview, code: str) -> events.CallPlan | None:
    """What telephony needs to call; None for the browser."""
    order = interview.order
    if order.channel is not Channel.PHONE or context.sealer is None:
        return None
    call = order.call or CallOrder()
    number = order.candidate.phone
    plan = events.CallPlan(
        sealed_number=context.sealer.seal(number, interview.id) if number else "",
        trunk=call.trunk,
        max_calls=call.max_calls,
        call_back=call.call_back,
        outbound=call.outbound,
        code_digest=context.sealer.digests(_OWNER_OF_CODES + code)[0] if code else "",
    )
    if call.window is not None:
        plan.window.CopyFrom(
            events.CallingWindow(
                time_zone=call.window.time_zone,
                from_minute=call.window.from_minute,
                until_minute=call.window.until_minute,
                weekdays=call.window.weekdays,
            )
        )
    return plan


def _refused(code: str, pointer: str, detail: str) -> InvalidInputError:
    return InvalidInputError(code, detail, (Fault(pointer, detail, code),))
