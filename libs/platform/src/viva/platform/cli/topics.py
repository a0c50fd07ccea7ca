"""`viva topics`."""

import asyncio
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from viva.contracts.catalogue import catalogue
from viva.platform.local.state import current_settings
from viva.platform.messaging.access import access_commands
from viva.platform.messaging.topics import apply_topics, partitions_of, verify_topics
from viva.platform.settings import PlatformSettings

app = typer.Typer(no_args_is_help=True, help="Topics: list, make, compare with the broker.")
_console = Console()


@app.command("list")
def show() -> None:
    """List the catalogue, with the partitions that VIVA_TOPIC_PARTITIONS says."""
    settings = current_settings()
    table = Table("topic", "owner", "partitions", "kept", "read by")
    for topic in catalogue():
        days = f"{topic.retention_ms / 86_400_000:g} d"
        readers = ", ".join(topic.consumers) or "-"
        count = str(partitions_of(topic, settings))
        table.add_row(topic.name, topic.owner, count, days, readers)
    _console.print(table)


@app.command("apply")
def apply_() -> None:
    """Make the topics that are missing on the broker; exit 1 when one that was there differs.

    Existing topics are never changed.
    """
    settings = current_settings()
    made = asyncio.run(apply_topics(settings))
    for name in made:
        typer.echo(f"made {name}")
    _compare(settings)
    typer.echo(f"{len(made)} topics made; all are there")


@app.command()
def acls(
    principal: Annotated[str, typer.Option(help="Whom kafka.sasl.existingSecret names.")],
    mode: Annotated[
        Literal["apply", "verify", "none"], typer.Option(help="As kafka.topics.mode.")
    ] = "apply",
    keda: Annotated[
        str | None, typer.Option(help="Whom autoscaling.keda.kafkaAuthSecret names.")
    ] = None,
) -> None:
    """Print the rights that Viva needs on the broker, such as of User:viva; gives none."""
    prefix = current_settings().topic_prefix
    for command in access_commands(prefix, principal, create=mode == "apply", scaler=keda):
        typer.echo(command)


@app.command()
def verify() -> None:
    """Compare the broker's topics with the catalogue; exit 1 when they differ."""
    _compare(current_settings())
    typer.echo("the broker has every topic of the catalogue")


def _compare(settings: PlatformSettings) -> None:
    differences = asyncio.run(verify_topics(settings))
    for line in differences:
        typer.echo(line)
    if differences:
        raise typer.Exit(1)
