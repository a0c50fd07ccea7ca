"""The API's documents as files: `python -m viva.gateway.documents deploy/docs` writes them."""

import json
import sys
from pathlib import Path
from typing import Any

from viva.gateway.application.asyncapi import asyncapi_document
from viva.gateway.entrypoints.app import describe


def documents() -> dict[str, str]:
    """Gives the text of each file by its name."""
    openapi = describe().openapi()
    return {
        "openapi.json": _text(openapi),
        "asyncapi.json": _text(asyncapi_document(openapi)),
    }


def write_documents(folder: Path) -> list[Path]:
    """Writes them; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in documents().items():
        path = folder / name
        path.write_text(text, "utf-8")
        written.append(path)
    return written


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for written_path in write_documents(Path(sys.argv[1])):
        sys.stdout.write(f"{written_path}\n")
