"""Rows and messages of calls."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from google.protobuf.message import Message

from viva.contracts.telephony.events.v1 import events_pb2 as published
from viva.telephony.domain import call_events as happened
from viva.telephony.domain.calls import Call, CallPlan, CallState
from viva.telephony.domain.window import CallingWindow

_MS = timedelta(milliseconds=1)
_FAILURES = {
    happened.Failure.NO_TRUNK: published.CALL_FAILURE_NO_TRUNK,
    happened.Failure.BUSY: published.CALL_FAILURE_BUSY,
    happened.Failure.NO_ANSWER: published.CALL_FAILURE_NO_ANSWER,
    happened.Failure.VOICEMAIL: published.CALL_FAILURE_VOICEMAIL,
    happened.Failure.REJECTED: published.CALL_FAILURE_REJECTED,
    happened.Failure.FAILED: published.CALL_FAILURE_NETWORK,
    happened.Failure.DROPPED: published.CALL_FAILURE_DROPPED,
    happened.Failure.NUMBER: published.CALL_FAILURE_NUMBER,
    happened.Failure.EXPIRED: published.CALL_FAILURE_EXPIRED,
}


def call_of(row: Mapping[str, Any]) -> Call:
    """The call of a row."""
    values = {name: value for name, value in row.items() if name != "traceparent"}
    return Call(**{**values, "state": CallState(values["state"])})


def plan_of(row: Mapping[str, Any]) -> CallPlan:
    """The plan of a row."""
    window = row["calling_window"]
    return CallPlan(
        interview_id=row["interview_id"],
        sealed_number=row["sealed_number"],
        number_digest=row["number_digest"],
        code_digest=row["code_digest"],
        trunk=row["trunk"],
        window=CallingWindow(**{**window, "weekdays": tuple(window["weekdays"])})
        if window
        else None,
        max_calls=row["max_calls"],
        call_back=row["call_back"],
        outbound=row["outbound"],
        grace=row["grace_ms"] * _MS,
        longest=row["longest_ms"] * _MS,
        expires_at=row["expires_at"],
    )


def plan_values(plan: CallPlan) -> dict[str, Any]:
    """The row of a plan."""
    same = (
        "interview_id",
        "sealed_number",
        "number_digest",
        "code_digest",
        "trunk",
        "max_calls",
        "call_back",
        "outbound",
        "expires_at",
    )
    return {name: getattr(plan, name) for name in same} | {
        "calling_window": vars(plan.window) if plan.window else None,
        "grace_ms": plan.grace // _MS,
        "longest_ms": plan.longest // _MS,
    }


def event_message(call: Call, event: happened.CallEvent) -> Message:
    """What others are told."""
    message = _empty(event)
    message.interview_id = call.interview_id
    message.attempt = call.attempt
    message.call_id = event.call_id
    return message


_Message = (
    published.CallAnswered | published.CallEnded | published.CallFailed | published.CallPostponed
)


def _empty(event: happened.CallEvent) -> _Message:
    match event:
        case happened.Answered(call=number, inbound=inbound):
            return published.CallAnswered(call=number, inbound=inbound)
        case happened.Ended(talked=talked):
            return published.CallEnded(duration_ms=talked // _MS)
        case happened.Failed(failure=failure, detail=detail):
            return published.CallFailed(failure=_FAILURES[failure], detail=detail)
        case happened.Postponed(call=number, failure=failure, due_at=due_at):
            message = published.CallPostponed(call=number, failure=_FAILURES[failure])
            message.next_call_at.FromDatetime(due_at)
            return message
