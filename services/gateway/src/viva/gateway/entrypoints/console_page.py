"""Serves the recruiters' console: plain files; the page asks the API with the visitor's own key."""

from pathlib import Path

from fastapi import APIRouter, Response
from starlette.responses import FileResponse

from viva.gateway.entrypoints.stream_page import TYPES, asset_of

PAGE = Path(__file__).parent.parent / "static" / "console"
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "media-src blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)

router = APIRouter(include_in_schema=False)


@router.get("/console")
async def page() -> Response:
    """The page itself; it holds nothing before somebody signs in."""
    return _serve(PAGE / "index.html")


@router.get("/console/assets/{name:path}")
async def asset(name: str) -> Response:
    """A stylesheet or module of the page; pictures and fonts are the join page's."""
    found = asset_of(PAGE, name)
    return _serve(found) if found else Response(status_code=404)


def _serve(path: Path) -> Response:
    return FileResponse(
        path,
        media_type=TYPES[path.suffix],
        headers={
            "Content-Security-Policy": POLICY,
            "Permissions-Policy": "microphone=(), camera=(), geolocation=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-cache",
        },
    )
