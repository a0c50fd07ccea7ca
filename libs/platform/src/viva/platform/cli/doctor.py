"""`viva doctor`."""

import asyncio
from collections.abc import Iterable

import typer
from rich.console import Console

from viva.platform.local.checks import Check, run_checks

_SIGNS = {True: "[green]ok[/]     ", False: "[red]missing[/]", None: "[yellow]optional[/]"}


def doctor() -> None:
    """Say what is missing on this machine and how to mend it; exit 1 when something is."""
    checks = asyncio.run(run_checks())
    _show(checks)
    if any(check.passed is False for check in checks):
        raise typer.Exit(1)


def _show(checks: Iterable[Check]) -> None:
    console = Console(highlight=False)
    for check in checks:
        console.print(f"{_SIGNS[check.passed]:<20} {check.name}: {check.found}")
        if check.passed is not True and check.remedy:
            console.print(f"{'':<9} -> {check.remedy}", markup=False)
