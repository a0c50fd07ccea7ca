"""The recording: a WAV through the gateway, whole or in ranges."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from viva.gateway.application import auditing
from viva.gateway.application.attempts import owned, refuse_erased
from viva.gateway.application.ports import BundleStore
from viva.gateway.domain.access import Caller, Scope
from viva.gateway.domain.errors import NotFoundError
from viva.gateway.domain.interview import StoredObject
from viva.gateway.entrypoints.authentication import ApiRoute, allowed
from viva.gateway.entrypoints.problems import problem, request_id
from viva.gateway.entrypoints.state import gateway

router = APIRouter(prefix="/v1/interviews", tags=["interviews"], route_class=ApiRoute)
Reader = Annotated[Caller, allowed(Scope.INTERVIEWS_READ)]
_CHUNK_BYTES = 256 * 1024
_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")
_WAV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/wav": {}}},
    206: {"content": {"audio/wav": {}}},
}


@dataclass(frozen=True)
class _Part:
    start: int
    end: int


@router.get("/{interview_id}/recording", response_class=Response, responses=_WAV)
@router.head("/{interview_id}/recording", include_in_schema=False)
async def get_recording(interview_id: str, request: Request, who: Reader) -> Response:
    """Plays the session: the candidate left, the interviewer right. Takes `Range: bytes=...`."""
    parts = gateway(request)
    async with parts.open_work() as work:
        interview = await owned(work, who, interview_id)
        refuse_erased(interview)
        recording = interview.current.recording
        if recording is None:
            raise NotFoundError("recording_missing", "There is no recording of this interview.")
        await auditing.note(work, parts.context, who, "recording.read", interview_id)
    if not recording.size_bytes:
        # The verdict came before the recording was written to its end.
        recording = replace(recording, size_bytes=await parts.objects.size(recording.key))
    return await _serve(request, recording, parts.objects)


async def _serve(request: Request, recording: StoredObject, objects: BundleStore) -> Response:
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{recording.sha256}"',
        "Content-Disposition": 'inline; filename="interview.wav"',
    }
    size = recording.size_bytes
    part = _requested(request, recording)
    if part is None:
        return problem(
            416,
            "range_not_satisfiable",
            f"The recording has {size} bytes.",
            request_id=request_id(request),
            instance=request.url.path,
            headers={"Content-Range": f"bytes */{size}"},
        )
    headers["Content-Length"] = str(part.end - part.start)
    status = 200
    if part.end - part.start < size:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
        status = 206
    if request.method == "HEAD":
        return Response(None, status, headers, media_type="audio/wav")
    # The first chunk comes before the headers: a missing object is still a clean answer.
    first = await _read(objects, recording.key, part.start, part.end)
    body = _chunks(objects, recording.key, part, first)
    return StreamingResponse(body, status, headers, media_type="audio/wav")


def _requested(request: Request, recording: StoredObject) -> _Part | None:
    """Reads the Range header; None where it lies outside. Several ranges: the whole file."""
    size = recording.size_bytes
    whole = _Part(0, size)
    found = _RANGE.match(request.headers.get("range", ""))
    condition = request.headers.get("if-range")
    if not found or not any(found.groups()) or condition not in {None, f'"{recording.sha256}"'}:
        return whole
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return _Part(size - length, size) if length else None
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    if start >= size:
        return None
    return _Part(start, end) if start < end else whole


async def _chunks(
    objects: BundleStore, key: str, part: _Part, first: bytes
) -> AsyncIterator[bytes]:
    yield first
    position = part.start + len(first)
    while position < part.end:
        chunk = await _read(objects, key, position, part.end)
        yield chunk
        position += len(chunk)


async def _read(objects: BundleStore, key: str, start: int, end: int) -> bytes:
    if start >= end:
        return b""
    return await objects.get_range(key, start, min(start + _CHUNK_BYTES, end))
