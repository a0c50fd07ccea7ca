"""`viva candidate JOIN_URL`: go through an interview as a simulated person."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from viva.audio.models import ModelStore
from viva.audio.speech import Synthesizer
from viva.audio.wav import read_wav
from viva.testkit.candidate.link import JoinRefusedError
from viva.testkit.candidate.person import Candidate, Habits, Listener, rendered_ahead
from viva.testkit.candidate.report import Report
from viva.testkit.candidate.script import Answer, AnswerBook, Behaviour, Say
from viva.testkit.candidate.voice import CANDIDATE_VOICE, Voice

COLOURS = {"interviewer": "cyan", "candidate": "green"}


def candidate(
    join_url: Annotated[str, typer.Argument(help="The join link, with its #t=... part.")],
    behaviour: Annotated[Behaviour, typer.Option(help="How to behave.")] = Behaviour.FLUENT,
    answers: Annotated[
        list[Path] | None,
        typer.Option(help="WAV files, or text files with one answer a line; in order."),
    ] = None,
    voice: Annotated[str, typer.Option(help="Voice of the spoken texts.")] = CANDIDATE_VOICE,
    on_answer: Annotated[int, typer.Option(help="Answer at which something special happens.")] = 2,
    returns_after: Annotated[
        float | None, typer.Option(help="Seconds after which a dropped candidate comes back.")
    ] = None,
    echo_delay_ms: Annotated[
        int, typer.Option(min=50, max=400, help="Of open speakers: when the voice comes back.")
    ] = 180,
    quiet: Annotated[bool, typer.Option(help="Print the report only.")] = False,
) -> None:
    """Go through an interview as a simulated person, in real time."""
    console = Console(stderr=True)
    book = AnswerBook(pool=_read(answers)) if answers else AnswerBook()
    habits = Habits(
        behaviour=behaviour,
        on_answer=on_answer,
        returns_after_s=returns_after,
        echo_delay_ms=echo_delay_ms,
    )
    person = Candidate(
        join_url,
        prepared_voice(book, console, habits, voice=voice),
        book,
        habits,
        listen=(lambda _who, _text: None) if quiet else line_printer(console),
    )
    try:
        report = asyncio.run(person.run())
    except JoinRefusedError as error:
        console.print(f"[red]The link does not open:[/] {error}")
        raise typer.Exit(2) from error
    typer.echo(json.dumps(summary(report), indent=2))


def prepared_voice(
    book: AnswerBook, console: Console, habits: Habits, *, voice: str = CANDIDATE_VOICE
) -> Voice:
    """Renders all that the candidate may say, with a progress line on a terminal."""
    made = Voice(lambda: Synthesizer(ModelStore(), threads=2), voice=voice)
    with console.status("preparing the candidate's voice") as status:
        made.prepare(
            rendered_ahead(book, habits),
            lambda done, total: status.update(f"preparing the candidate's voice: {done}/{total}"),
        )
    return made


def line_printer(console: Console) -> Listener:
    """Prints the conversation as it happens."""

    def listen(who: str, text: str) -> None:
        console.print(f"[{COLOURS[who]}]{who:>12}[/]  {text}", highlight=False)

    return listen


def summary(report: Report) -> dict[str, object]:
    """Gives the report as plain JSON."""
    return {
        "end_reason": report.end_reason,
        "turns": [
            {
                "question_id": turn.question_id,
                "latency_ms": turn.latency_ms,
                "cut_offs": turn.cut_offs,
            }
            for turn in report.turns
        ],
    }


def _read(paths: list[Path]) -> list[Answer]:
    answers: list[Answer] = []
    for path in paths:
        if path.suffix.lower() == ".wav":
            answers.append((Say(path.stem, samples=read_wav(path.read_bytes())),))
        else:
            lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
            answers.extend((Say(line),) for line in lines if line)
    return answers
