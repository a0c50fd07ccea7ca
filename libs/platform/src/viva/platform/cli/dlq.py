"""`viva dlq`."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from viva.platform.local.state import current_settings
from viva.platform.messaging.replay import (
    count_dead_letters,
    dead_letter_topics,
    read_dead_letters,
)
from viva.platform.messaging.replay import replay as replay_letters

app = typer.Typer(no_args_is_help=True, help="Dead letters: list, show, give back.")
_console = Console()
_Topic = Annotated[str, typer.Argument(help="A dead letter topic, as `viva dlq list` names it.")]


@app.command("list")
def show_counts() -> None:
    """List the dead letter topics that hold something."""
    counts = asyncio.run(count_dead_letters(current_settings()))
    table = Table("topic", "kept", "not replayed")
    for topic, (kept, waiting) in counts.items():
        if kept:
            table.add_row(topic, str(kept), str(waiting))
    if table.row_count:
        _console.print(table)
    else:
        typer.echo("no dead letters")


@app.command()
def show(topic: _Topic) -> None:
    """Show why each record is there; never its content."""
    letters = asyncio.run(read_dead_letters(current_settings(), _known(topic)))
    table = Table("offset", "event", "interview", "code", "detail", "tries", "bytes", "replayed")
    for letter in letters:
        table.add_row(
            str(letter.offset),
            letter.event_type.rpartition(".")[2] or "-",
            letter.interview_id or "-",
            letter.reason.get("code", "-"),
            letter.reason.get("detail", "-"),
            letter.reason.get("tries", "-"),
            str(letter.size_bytes),
            "yes" if letter.replayed else "no",
        )
    _console.print(table)


@app.command()
def replay(
    topic: _Topic,
    again: Annotated[bool, typer.Option(help="Also those that were replayed before.")] = False,
) -> None:
    """Publish the records again for the group that failed on them; other groups skip them."""
    count = asyncio.run(replay_letters(current_settings(), _known(topic), again=again))
    typer.echo(f"{count} records given back")


def _known(topic: str) -> str:
    if topic not in dead_letter_topics():
        raise typer.BadParameter(f"no such topic; there are: {', '.join(dead_letter_topics())}")
    return topic
