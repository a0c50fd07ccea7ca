"""`viva database`: what a database administrator runs, and what the pools ask for."""

from typing import Annotated

import typer

from viva.platform.db.roles import SERVICES_WITH_TABLES, roles_script

app = typer.Typer(no_args_is_help=True, help="The database: roles and schemas.")


@app.callback()
def _group() -> None:
    """A group, though it has one command."""


@app.command()
def roles(
    prefix: Annotated[str, typer.Option(help="Before each role's name.")] = "viva_",
    limit: Annotated[int, typer.Option(min=1, help="Connections of each role at most.")] = 60,
) -> None:
    """Print SQL that makes one role and one schema for each service that owns tables.

    Run it with psql; it asks for the passwords: psql -v gateway=... -v session=... -f roles.sql
    """
    typer.echo(roles_script(SERVICES_WITH_TABLES, prefix=prefix, limit=limit))
