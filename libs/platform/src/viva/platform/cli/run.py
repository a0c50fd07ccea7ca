"""`viva run`."""

from typing import Annotated

import typer

from viva.platform.run import run as run_services
from viva.platform.run import service_names


def run(
    services: Annotated[list[str] | None, typer.Argument(help="Names of services.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are installed.")] = False,
) -> None:
    """Run services in this process until it is told to stop."""
    names = service_names() if every else (services or [])
    if not names:
        raise typer.BadParameter(f"name a service ({', '.join(service_names())}) or use --all")
    run_services(*names)
