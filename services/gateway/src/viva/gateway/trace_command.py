"""`viva trace`: an interview's time line, read from the topics; no trace store is needed."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from google.protobuf.message import Message
from rich.console import Console
from rich.table import Table
from ulid import ULID

from viva.contracts.catalogue import catalogue, message_type
from viva.gateway.application.timeline import Happened, Timeline, timeline
from viva.platform.errors import InvalidError, NotFoundError
from viva.platform.local.state import current_settings
from viva.platform.messaging.event import Record, decode_event, text_headers
from viva.platform.messaging.history import history

# Clocks of services may differ a little.
_BEFORE = timedelta(minutes=1)
_NUMBERS = ("answer_id", "revision", "question_id", "duration_ms", "attempt")
_STAGES = ("transcribed", "attributed", "scored", "assessed")


def trace(
    interview_id: Annotated[str, typer.Argument(help="iv_...")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print an interview's time line: where its seconds went."""
    found = asyncio.run(_collect(interview_id))
    if as_json:
        typer.echo(json.dumps(_document(found), indent=2))
    else:
        _print(found, Console())


async def _collect(interview_id: str) -> Timeline:
    settings = current_settings()
    since = _made_at(interview_id) - _BEFORE
    records = await history(settings, list(catalogue()), interview_id, since)
    if not records:
        raise NotFoundError(f"the topics know nothing of {interview_id} (any more)")
    known: dict[str, Happened] = {}
    for record in records:
        headers = text_headers(record)
        known.setdefault(headers.get("ce_id", ""), happened(record, headers))
    return timeline(list(known.values()))


def happened(record: Record, headers: dict[str, str]) -> Happened:
    """What a time line takes from a record: when, who, what, and numbers; no words.

    Raises:
        InvalidError: the record does not decode.
    """
    kind = headers.get("ce_type", "")
    public = headers.get("content-type") == "application/json"
    event = decode_event(record, headers, None if public else message_type(kind))
    return Happened(
        event.time,
        event.source.rpartition("/")[2],
        kind.rpartition(".")[2],
        public,
        {} if public else _numbers(event.data),
    )


def _numbers(message: Message) -> dict[str, Any]:
    """The ids and figures of an answer, wherever the message has them."""
    found: dict[str, Any] = {}
    for part in (message, *_parts(message)):
        names = {name for name in _NUMBERS if name in part.DESCRIPTOR.fields_by_name}
        found |= {name: getattr(part, name) for name in names if name not in found}
    return found


def _parts(message: Message) -> list[Message]:
    fields = ("answer", "score", "assessment", "failure")
    return [getattr(message, name) for name in fields if name in message.DESCRIPTOR.fields_by_name]


def _made_at(interview_id: str) -> datetime:
    """When an id was made: it says so itself."""
    try:
        return ULID.from_str(interview_id.removeprefix("iv_")).datetime.astimezone(UTC)
    except ValueError:
        raise InvalidError(f"{interview_id!r} is no id of an interview") from None


def _print(found: Timeline, console: Console) -> None:
    begun = found.events[0].at
    events = Table("at", "after", "service", "event", "answer", title="time line")
    before = begun
    for event in found.events:
        answer = event.data.get("question_id", "") if event.data.get("answer_id") else ""
        kind = f"interview.{event.kind}" if event.public else event.kind
        at_s, after_s = ((event.at - then).total_seconds() for then in (begun, before))
        events.add_row(f"{at_s:.2f} s", f"{after_s:.2f}", event.service, kind, answer)
        before = event.at
    answers = Table("answer", "spoken", *_STAGES, title="answers: seconds after their recording")
    for line in found.answers:
        stages = [f"{line.stages[x]:.2f}" if x in line.stages else "-" for x in _STAGES]
        answers.add_row(f"{line.question} ({line.revision})", f"{line.spoken_s:.1f} s", *stages)
    phases = Table("what", "seconds", title="where its seconds went")
    for name, lasted_s in found.phases:
        phases.add_row(name, f"{lasted_s:.2f}")
    for table in (events, answers, phases):
        console.print(table)


def _document(found: Timeline) -> dict[str, Any]:
    return {
        "events": [
            {"at": e.at.isoformat(), "service": e.service, "event": e.kind, **e.data}
            for e in found.events
        ],
        "phases": [{"what": name, "seconds": lasted_s} for name, lasted_s in found.phases],
        "answers": [
            {
                "question_id": line.question,
                "revision": line.revision,
                "spoken_s": line.spoken_s,
                "seconds_after_recording": line.stages,
            }
            for line in found.answers
        ],
    }
