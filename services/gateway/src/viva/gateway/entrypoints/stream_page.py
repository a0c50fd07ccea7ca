"""Serves the join page: plain files, with headers that keep its token and microphone private."""

from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse

PAGE = Path(__file__).parent.parent / "static" / "join"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "media-src 'self' mediastream: blob:",
        "connect-src 'self' {stream}",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
MAX_PROBE_BYTES = 256 * 1024

router = APIRouter(include_in_schema=False)


@router.get("/join")
async def page(request: Request) -> Response:
    """The page itself; the token stays in the fragment, which no server sees."""
    return _serve(request, PAGE / "index.html")


@router.get("/join/assets/{name:path}")
async def asset(request: Request, name: str) -> Response:
    """A stylesheet, module or picture of the page."""
    found = asset_of(PAGE, name)
    return _serve(request, found) if found else Response(status_code=404)


@router.post("/join/probe", status_code=204)
async def probe(request: Request) -> Response:
    """Swallows some bytes, so that the page can measure its uplink."""
    size_bytes = 0
    async for chunk in request.stream():
        size_bytes += len(chunk)
        if size_bytes > MAX_PROBE_BYTES:
            return Response(status_code=413)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def asset_of(folder: Path, name: str) -> Path | None:
    """Finds a file of a page by the name in its address; None for anything else."""
    found = (folder / name).resolve()
    known = found.is_relative_to(folder) and found.is_file() and found.suffix in TYPES
    return found if known else None


def _serve(request: Request, path: Path) -> Response:
    # Older Safari does not take 'self' for the WebSocket of the same host.
    host = request.headers.get("host", "")
    safe = host if all(c.isalnum() or c in ".-:[]" for c in host) else ""
    stream = f"ws://{safe} wss://{safe}" if safe else ""
    return FileResponse(
        path,
        media_type=TYPES[path.suffix],
        headers={
            "Content-Security-Policy": POLICY.format(stream=stream).strip(),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-cache",
        },
    )
