"""`viva`: each subcommand is found by entry point, and only the one that is called is loaded."""

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer

from viva.platform.errors import VivaError

_GROUP = "viva.commands"


def main() -> None:
    """Runs the subcommand that the command line names."""
    try:
        _application(sys.argv[1:])()
    except VivaError as error:
        sys.stderr.write(f"viva: {error.detail}\n")
        sys.exit(1)


def _application(arguments: list[str]) -> typer.Typer:
    app = typer.Typer(
        name="viva",
        help="Viva, the open AI interview API.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_no_options)
    found = sorted(entry_points(group=_GROUP), key=lambda entry: entry.name)
    wanted = [entry for entry in found if arguments[:1] == [entry.name]]
    for entry in wanted or found:
        _add(app, entry, strict=bool(wanted))
    return app


def _add(app: typer.Typer, entry: EntryPoint, *, strict: bool) -> None:
    try:
        command: typer.Typer | Callable[..., Any] = entry.load()
    except ImportError as error:
        if strict:
            raise
        app.command(entry.name, help=f"(does not load: {error})")(_no_options)
        return
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=entry.name)
    else:
        app.command(entry.name)(command)


def _no_options() -> None:
    """Viva, the open AI interview API."""
