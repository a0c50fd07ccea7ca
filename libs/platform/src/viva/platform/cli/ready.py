"""`viva ready`: the health check of a container without a shell."""

import http.client
from typing import Annotated

import typer

from viva.platform.run import find_service, service_names
from viva.platform.settings import SettingsError, load

_TIMEOUT_S = 4
_OK = 200


def ready(
    service: Annotated[str, typer.Argument(help="Its name; the installed one if left out.")] = "",
) -> None:
    """Ask the service of this machine whether it is ready; exit 1 and say why when it is not."""
    own = load(find_service(service or _only()).settings)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(own.http_host, own.http_host)  # noqa: S104
    connection = http.client.HTTPConnection(host, own.http_port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        typer.echo(answer.read().decode("utf-8", "replace"))
    except OSError as error:
        typer.echo(f"nobody answers on {host}:{own.http_port}: {error}", err=True)
        raise typer.Exit(1) from error
    finally:
        connection.close()
    if answer.status != _OK:
        raise typer.Exit(1)


def _only() -> str:
    names = service_names()
    if len(names) != 1:
        raise SettingsError(f"name a service: {', '.join(names)}")
    return names[0]
