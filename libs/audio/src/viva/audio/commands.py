"""`viva models`: list, pull and verify the models."""

import sys
import time
from typing import Annotated

import typer

from viva.audio.models.progress import progress_for
from viva.audio.models.pull import pull as pull_models
from viva.audio.models.store import ModelStore
from viva.platform.errors import VivaError

app = typer.Typer(name="models", help="The speech and language models.", no_args_is_help=True)

_Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="Names or roles; all if none.")
]


@app.command()
def pull(names: _Names = None) -> None:
    """Download what is missing, verify it and say where it lies."""
    store = ModelStore()
    started = time.monotonic()
    try:
        brought = pull_models(store, names or [], progress=progress_for(sys.stderr))
    except (VivaError, OSError) as error:
        typer.echo(f"viva models pull: {error}", err=True)
        raise typer.Exit(1) from error
    megabytes = sum(model.size_bytes for model in brought) / 1e6
    took = time.monotonic() - started
    typer.echo(f"{len(brought)} models pulled ({megabytes:.0f} MB, {took:.1f} s) to {store.root}")


@app.command(name="list")
def list_models() -> None:
    """Show each model: name, role, size, licence, whether it is here."""
    store = ModelStore()
    for model in store.manifest.models.values():
        override = store.override(model.name)
        if override:
            state = f"replaced by {override}"
        else:
            state = "here" if store.is_present(model.name) else "missing"
        size = f"{model.size_bytes / 1e6:.1f} MB"
        typer.echo(
            f"{model.name:16} {model.role:20} {size:>9}  {model.licence:12} "
            f"{model.origin} ({model.revision}): {state}"
        )


@app.command()
def verify(names: _Names = None) -> None:
    """Check every file against the manifest; exit 1 if any is missing or damaged."""
    store = ModelStore()
    wrong = False
    for name in names or list(store.manifest.models):
        try:
            problems = store.problems(name)
        except VivaError as error:
            problems = [error.detail]
        wrong = wrong or bool(problems)
        typer.echo(f"{name}: {'; '.join(problems) or 'verified'}")
    if wrong:
        raise typer.Exit(1)
