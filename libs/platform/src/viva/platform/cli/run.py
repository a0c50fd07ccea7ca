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
    installed = service_names()
    names = installed if every else (services or [])
    if not names and len(installed) == 1:
        names = installed  # as in a service's own image
    if not names:
        raise typer.BadParameter(f"name a service ({', '.join(installed)}) or use --all")
    run_services(*names)
