"""`viva call`: an interview by telephone, ordered and followed from the command line."""

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import grpc
import httpx
import typer
from rich.console import Console

from viva.contracts.telephony.v1 import telephony_pb2 as messages
from viva.contracts.telephony.v1.telephony_pb2_grpc import TelephonyServiceStub
from viva.platform.grpc.channels import open_plain_channel
from viva.platform.grpc.tls import GrpcTls
from viva.platform.local.state import current_settings, home
from viva.platform.settings import PlatformSettings

if TYPE_CHECKING:
    from viva.contracts.telephony.v1.telephony_pb2_grpc import TelephonyServiceAsyncStub

_OVER = {"completed", "partial", "low_confidence", "failed", "expired", "cancelled"}
_EVERY_S = 0.5
_AWAY_S = 60.0
"""An API that answers nothing for so long is not waited for."""
_TIMEOUT_S = 10.0

console = Console(stderr=True, highlight=False)


def call(
    number: Annotated[str, typer.Argument(help="Whom to call, such as +4930123456")] = "",
    role: Annotated[str, typer.Option(help="What the interview is for")] = "Customer support agent",
    trunk: Annotated[str, typer.Option(help="Its name; any where it is left out")] = "",
    inbound: Annotated[bool, typer.Option(help="The candidate calls, with a code")] = False,
    url: Annotated[str, typer.Option(help="Of the API; the local Viva where it is left out")] = "",
    api_key: Annotated[str, typer.Option(envvar="VIVA_API_KEY")] = "",
) -> None:
    """Interview somebody by telephone and show how it goes; prints the verdict."""
    settings = current_settings()
    key = api_key or _local_key()
    order = {
        "role": role,
        "channel": "phone",
        "candidate": {"phone": number} if number else {},
        "call": {"trunk": trunk, "direction": "inbound" if inbound else "outbound"},
    }
    try:
        status = asyncio.run(_call(settings, url or settings.public_url, key, order))
    except httpx.HTTPError as error:
        console.print(f"[red]The API does not answer:[/] {type(error).__name__}")
        raise typer.Exit(1) from error
    raise typer.Exit(0 if status == "completed" else 1)


async def _call(settings: PlatformSettings, url: str, key: str, order: dict[str, Any]) -> str:
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx.AsyncClient(base_url=url, headers=headers, timeout=_TIMEOUT_S) as api,
        open_plain_channel(
            settings.telephony_target, [], GrpcTls.from_settings(settings)
        ) as channel,
    ):
        answer = await api.post("/v1/interviews", json=order)
        if not answer.is_success:
            problem = answer.json()
            console.print(f"[red]Refused:[/] {problem.get('detail')} ({problem.get('code')})")
            return "refused"
        interview = answer.json()
        console.print(f"ordered    {interview['id']}")
        if code := interview.get("call_code"):
            console.print(f"code       {code}, to call in with")
        document = await _follow(api, TelephonyServiceStub(channel), interview["id"])
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    return str(document["status"])


async def _follow(
    api: httpx.AsyncClient, telephony: "TelephonyServiceAsyncStub", interview_id: str
) -> dict[str, Any]:
    """Prints each change until the interview is over; gives its document."""
    began, shown = time.monotonic(), ""
    while True:
        document = await _read(api, interview_id)
        try:
            calls = await telephony.GetCalls(
                messages.GetCallsRequest(interview_id=interview_id), timeout=_TIMEOUT_S
            )
        except grpc.aio.AioRpcError:
            calls = messages.GetCallsResponse()
        line = f"{document['status']:<12}{_told(calls) or _shown(document)}"
        if line != shown:
            console.print(f"{time.monotonic() - began:7.1f} s  {line}", soft_wrap=True)
            shown = line
        if document["status"] in _OVER:
            return document
        await asyncio.sleep(_EVERY_S)


async def _read(api: httpx.AsyncClient, interview_id: str) -> dict[str, Any]:
    """The interview as it stands; it goes on whether the API can be read for a moment or not."""
    began = time.monotonic()
    while True:
        try:
            answer = await api.get(f"/v1/interviews/{interview_id}")
            answer.raise_for_status()
        except (httpx.TransportError, httpx.HTTPStatusError):
            if time.monotonic() - began > _AWAY_S:
                raise
            await asyncio.sleep(_EVERY_S)
        else:
            document: dict[str, Any] = answer.json()
            return document


def _told(calls: messages.GetCallsResponse) -> str:
    """The calls in words."""
    made = [
        f"{'from' if each.inbound else 'call'} {each.call} {each.outcome or 'under way'}"
        for each in calls.tries
    ]
    due = ""
    if calls.HasField("due_at") and calls.state == "waiting":
        due = f", next at {calls.due_at.ToDatetime():%H:%M:%S} UTC"
    return f"{calls.state}{due}" + (f" ({'; '.join(made)})" if made else "")


def _shown(document: dict[str, Any]) -> str:
    """The calls as the interview's document tells them, where telephony is not reached."""
    progress = (document.get("call") or {}).get("progress")
    if not progress:
        return ""
    due = f", next at {progress['next_call_at']}" if progress["next_call_at"] else ""
    last = f", last: {progress['last_outcome']}" if progress["last_outcome"] else ""
    made = f" (calls: {progress['calls']}{last})" if progress["calls"] else ""
    return f"{progress['state']}{due}{made}"


def _local_key() -> str:
    path: Path = home() / "first-key"
    if not path.exists():
        console.print("[red]No API key:[/] set VIVA_API_KEY, or run `viva up` here")
        raise typer.Exit(1)
    return path.read_text("utf-8").strip()
