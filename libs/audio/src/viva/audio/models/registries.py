"""The user's package registries: which are configured, and where in them a file lies."""

import configparser
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import httpx

from viva.audio.models.manifest import Package
from viva.platform.errors import TransientError

PUBLIC_INDEX = "https://pypi.org/simple"
PUBLIC_NPM = "https://registry.npmjs.org"
_SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = f"{_SIMPLE_JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


@dataclass(frozen=True)
class Registries:
    """Base URLs of the configured registries; userinfo in them is sent as basic auth."""

    indexes: tuple[str, ...] = (PUBLIC_INDEX,)
    npm: str = PUBLIC_NPM
    certificates: str | None = field(default=None)

    @classmethod
    def configured(cls, environ: Mapping[str, str] = os.environ) -> "Registries":
        """As pip and npm would choose them: environment first, then their files."""
        pip = _pip_config(environ)
        indexes = [pip.get("index-url", PUBLIC_INDEX), *pip.get("extra-index-url", "").split()]
        web = [url.rstrip("/") for url in indexes if url.startswith(("http://", "https://"))]
        return cls(
            indexes=tuple(web) or (PUBLIC_INDEX,),
            npm=_npm_registry(environ).rstrip("/"),
            certificates=pip.get("cert"),
        )

    def locate(self, client: httpx.Client, package: Package) -> str:
        """URL of the package's file.

        Raises:
            TransientError: no registry answers, or none of them has that file.
        """
        if package.registry == "npm":
            return self._locate_npm(client, package)
        failures = []
        for index in self.indexes:
            try:
                url = _locate_in_index(client, index, package)
            except httpx.HTTPError as error:
                failures.append(f"{urlsplit(index).hostname}: {reason(error)}")
                continue
            if url:
                return url
            failures.append(f"{urlsplit(index).hostname}: no {package.file}")
        raise TransientError("; ".join(failures), code="package_not_found")

    def _locate_npm(self, client: httpx.Client, package: Package) -> str:
        try:
            response = client.get(f"{self.npm}/{package.name}/{package.version}")
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise TransientError(
                f"{package.name}: {reason(error)}", code="package_not_found"
            ) from error
        return str(response.json()["dist"]["tarball"])


def reason(error: httpx.HTTPError) -> str:
    """Why a request failed, without its URL: that may hold a password."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP status {error.response.status_code}"
    return f"{type(error).__name__}: {error}"


def _locate_in_index(client: httpx.Client, index: str, package: Package) -> str | None:
    page = f"{index}/{package.name}/"
    response = client.get(page, headers={"Accept": _ACCEPT})
    if response.status_code == httpx.codes.NOT_FOUND:
        return None
    response.raise_for_status()
    if response.headers.get("content-type", "").startswith(_SIMPLE_JSON):
        links = [(file["filename"], file["url"]) for file in json.loads(response.text)["files"]]
    else:
        links = list(_anchors(response.text))
    for filename, url in links:
        if filename == package.file:
            return str(urldefrag(urljoin(str(response.url), url)).url)
    return None


def _anchors(html: str) -> Iterator[tuple[str, str]]:
    parser = _AnchorParser()
    parser.feed(html)
    for href in parser.hrefs:
        yield unquote(urlsplit(href).path.rsplit("/", 1)[-1]), href


class _AnchorParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.hrefs += [value for key, value in attrs if key == "href" and value]


def _pip_config(environ: Mapping[str, str]) -> dict[str, str]:
    """pip's settings by their long option name; what comes later in pip's order wins."""
    settings: dict[str, str] = {}
    chosen = environ.get("PIP_CONFIG_FILE")
    home = Path(environ.get("HOME", "~")).expanduser()
    config_home = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    paths = [
        Path("/etc/xdg/pip/pip.conf"),
        Path("/etc/pip.conf"),
        home / ".pip" / "pip.conf",
        config_home / "pip" / "pip.conf",
        Path(sys.prefix) / "pip.conf",
    ]
    if chosen:
        paths = [] if chosen == os.devnull else [*paths, Path(chosen)]
    for path in paths:
        parser = configparser.RawConfigParser()
        parser.read(path, encoding="utf-8")
        for section in ("global", "install"):
            if parser.has_section(section):
                settings |= {key.replace("_", "-"): value for key, value in parser.items(section)}
    for key, value in environ.items():
        if key.startswith("PIP_") and value:
            settings[key.removeprefix("PIP_").lower().replace("_", "-")] = value
    return settings


def _npm_registry(environ: Mapping[str, str]) -> str:
    for key, value in environ.items():
        if key.lower() == "npm_config_registry" and value:
            return value
    npmrc = Path(environ.get("HOME", "~")).expanduser() / ".npmrc"
    if npmrc.is_file():
        for line in npmrc.read_text(encoding="utf-8").splitlines():
            key, separator, value = line.partition("=")
            if separator and key.strip() == "registry":
                return value.strip().strip('"')
    return PUBLIC_NPM
