"""The API's own documents: /openapi.json, /asyncapi.json and a page to read them."""

import base64
import hashlib
import html
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from viva.gateway.application.asyncapi import asyncapi_document

Json = dict[str, Any]
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{font-family:ui-monospace,monospace}"
    "h2{margin-top:2.5rem;border-bottom:1px solid #ccc}"
    "summary{cursor:pointer;padding:.3rem 0}b{display:inline-block;min-width:4.5rem}"
    "pre{background:#f4f4f4;padding:1rem;overflow:auto;font-size:13px}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}pre{background:#222}}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'"


def publish_documents(app: FastAPI) -> None:
    """Adds the three routes."""

    async def openapi(_request: Request) -> Response:
        return JSONResponse(app.openapi())

    async def asyncapi(_request: Request) -> Response:
        return JSONResponse(asyncapi_document(app.openapi()))

    async def docs(_request: Request) -> Response:
        page = _page(app.openapi())
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    app.add_route("/openapi.json", openapi, include_in_schema=False)
    app.add_route("/asyncapi.json", asyncapi, include_in_schema=False)
    app.add_route("/docs", docs, include_in_schema=False)


def _page(document: Json) -> str:
    sections: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = operation.get("tags", ["other"])[0]
            sections.setdefault(tag, []).append(_operation(document, method, path, operation))
    body = "".join(
        f"<h2>{html.escape(tag)}</h2>{''.join(found)}" for tag, found in sections.items()
    )
    info = document["info"]
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>{html.escape(info['title'])} API</title><style>{_STYLE}</style>"
        f"<h1>{html.escape(info['title'])}: {html.escape(info['summary'])}</h1>"
        f"<p>{html.escape(info['description'])}</p>"
        "<p>For programs: <a href=/openapi.json>openapi.json</a>, "
        f"<a href=/asyncapi.json>asyncapi.json</a>.</p>{body}</html>"
    )


def _operation(document: Json, method: str, path: str, operation: Json) -> str:
    lines = [
        f"<li><code>{html.escape(found['name'])}</code> ({found['in']}) "
        f"{html.escape(found.get('description', ''))}</li>"
        for found in operation.get("parameters", [])
    ]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = "".join(_fields(document, content.get("schema", {})))
    return (
        f"<details><summary><b>{method.upper()}</b> <code>{html.escape(path)}</code></summary>"
        f"<p>{html.escape(str(operation.get('description') or operation.get('summary')))}</p>"
        f"<ul>{''.join(lines)}</ul>{f'<p>Body</p><ul>{body}</ul>' if body else ''}</details>"
    )


def _fields(document: Json, schema: Json) -> list[str]:
    for option in schema.get("anyOf", []):
        if "$ref" in option:
            schema = option
    if "$ref" not in schema:
        return []
    found = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    required = found.get("required", [])
    return [
        f"<li><code>{html.escape(name)}</code>{' (required)' if name in required else ''} "
        f"{html.escape(field.get('description', ''))}</li>"
        for name, field in found.get("properties", {}).items()
    ]
