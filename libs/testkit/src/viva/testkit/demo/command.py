"""`viva demo`: conducts a whole interview on real audio and prints its verdict."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit

import typer
from httpx import TransportError
from rich.console import Console

from viva.platform.local.state import home
from viva.testkit.api import Api, ApiError
from viva.testkit.candidate.command import line_printer, prepared_voice
from viva.testkit.candidate.person import Candidate, Habits
from viva.testkit.candidate.report import Report
from viva.testkit.candidate.script import Behaviour
from viva.testkit.demo.answers import answer_book
from viva.testkit.demo.phone import NUMBER, QUESTIONS, called_person, telephone_network
from viva.testkit.demo.running import DemoError, Running, viva

MISSION = (
    "interview_id",
    "channel",
    "overall_score",
    "competencies",
    "language",
    "fraud_signals",
    "status",
)
_BY_PHONE_S = 600
console = Console(stderr=True, highlight=False)


def demo(
    url: Annotated[str, typer.Option(help="A Viva that runs elsewhere.")] = "",
    api_key: Annotated[str, typer.Option(envvar="VIVA_API_KEY", help="The key to use there.")] = "",
    api_key_file: Annotated[
        Path | None, typer.Option(help="A file that holds the key, in place of --api-key.")
    ] = None,
    role: Annotated[
        str, typer.Option(help="What the interview is for.")
    ] = "Customer support agent",
    behaviour: Annotated[
        Behaviour, typer.Option(help="How the simulated candidate behaves.")
    ] = Behaviour.FLUENT,
    phone: Annotated[
        bool, typer.Option("--phone", help="By telephone, over a carrier on loopback.")
    ] = False,
) -> None:
    """Conduct a whole interview with a simulated candidate and print its verdict."""
    try:
        elsewhere = _elsewhere(url, api_key, api_key_file, by_phone=phone)
        talk = _demo_by_phone(role) if phone else _demo(elsewhere, role, behaviour)
        status = asyncio.run(talk)
    except (DemoError, ApiError, OSError, TransportError) as error:
        console.print(f"[red]The demo failed:[/] {error}")
        raise typer.Exit(1) from error
    raise typer.Exit(0 if status == "completed" else 1)


def _elsewhere(url: str, key: str, file: Path | None, *, by_phone: bool) -> Running | None:
    if url and by_phone:
        raise DemoError("--phone starts a Viva of its own: leave out --url")
    key = file.read_text("utf-8").strip() if file else key
    if url and not key:
        raise DemoError("--url wants the API key of that Viva: --api-key or --api-key-file")
    return Running(url.rstrip("/"), key) if url else None


async def _demo(elsewhere: Running | None, role: str, behaviour: Behaviour) -> str:
    book = answer_book()
    habits = Habits(behaviour=behaviour)
    rendering = asyncio.create_task(asyncio.to_thread(prepared_voice, book, console, habits))
    async with _running(elsewhere) as running, Api(running.url, running.key) as api:
        created = await api.create_interview(role=role)
        console.print(f"\ncreated    {created['id']}")
        began = time.monotonic()
        with console.status("rendering what the interviewer can say"):
            ready = await api.ready(created["id"])
            voice = await rendering
        if ready["status"] != "ready":
            raise DemoError(f"the interview is {ready['status']}")
        console.print(f"ready      after {time.monotonic() - began:.1f} s; the candidate joins\n")
        join_url = created["join_url"]
        person = Candidate(
            reached_at(running.url, join_url) if elsewhere else join_url,
            voice,
            book,
            habits,
            listen=line_printer(console),
        )
        report = await person.run()
        hung_up = time.monotonic()
        verdict = await api.verdict(created["id"])
        console.print(f"\nverdict    {time.monotonic() - hung_up:.1f} s after hang-up")
        _print_replies(report)
        await _print_verdict(api, verdict)
        return str(verdict["status"])


async def _demo_by_phone(role: str) -> str:
    person = await asyncio.to_thread(called_person, line_printer(console))
    async with (
        telephone_network(person) as environment,
        viva(lambda line: console.print(line, markup=False), environment) as running,
        Api(running.url, running.key) as api,
    ):
        created = await api.create_interview(
            role=role, channel="phone", candidate={"phone": NUMBER}, question_set=QUESTIONS
        )
        console.print(f"\ncreated    {created['id']}; the telephone rings when all is rendered\n")
        verdict = await api.verdict(created["id"], _BY_PHONE_S)
        _print_replies(person.report)
        await _print_verdict(api, verdict)
        return str(verdict["status"])


def reached_at(url: str, join_url: str) -> str:
    """The same link at the address that we reach Viva at, which may not be its public one."""
    here, link = urlsplit(url), urlsplit(join_url)
    return urlunsplit((here.scheme, here.netloc, link.path, link.query, link.fragment))


@asynccontextmanager
async def _running(elsewhere: Running | None) -> AsyncIterator[Running]:
    if elsewhere is not None:
        yield elsewhere
        return
    async with viva(lambda line: console.print(line, markup=False)) as running:
        yield running


def _print_replies(report: Report) -> None:
    replies = sorted(report.latencies_ms)
    if replies:
        middle = replies[len(replies) // 2]
        console.print(f"replies    median {middle:.0f} ms after the candidate's last word")


async def _print_verdict(api: Api, verdict: dict[str, Any]) -> None:
    interview_id = verdict["interview_id"]
    folder = home() / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    explanation = folder / f"{interview_id}.json"
    explanation.write_text(json.dumps(verdict, indent=2, ensure_ascii=False), "utf-8")
    console.print(f"explained  {_short(explanation)}")
    recording = folder / f"{interview_id}.wav"
    recording.write_bytes(await api.recording(interview_id))
    console.print(f"recording  {_short(recording)} (left: candidate, right: interviewer)\n")
    typer.echo(json.dumps({name: verdict.get(name) for name in MISSION}, indent=1))


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
