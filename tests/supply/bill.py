"""A bill of materials for each image, in CycloneDX 1.6 (ECMA-424)."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.supply.licences import Finding, findings
from viva.audio.models.manifest import Model, packaged_manifest

# Which image gets which models is for charts/viva/values.yaml to say; one bill has them all.
_MODELS_IMAGE = "models"


def write_bills(folder: Path, images: list[str], version: str) -> list[Path]:
    """Writes `<image>.cdx.json` for each image, and one for the models."""
    folder.mkdir(parents=True, exist_ok=True)
    bills = {image: [_library(found) for found in findings(image)] for image in images}
    bills[_MODELS_IMAGE] = [_model(model) for model in packaged_manifest().models.values()]
    written = []
    for image, components in bills.items():
        path = folder / f"{image}.cdx.json"
        path.write_text(json.dumps(bill(image, version, components), indent=1), "utf-8")
        written.append(path)
    return written


def bill(image: str, version: str, components: list[dict[str, Any]]) -> dict[str, Any]:
    """The document. It has no serial number and no time: the same lock gives the same bytes."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "container",
                "bom-ref": f"viva-{image}",
                "name": f"viva-{image}",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": sorted(components, key=lambda component: str(component["bom-ref"])),
    }


def licence_tables(images: list[str]) -> str:
    """Packages with the images that hold them, and models with where their weights come from."""
    holders: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for image in images:
        for found in findings(image):
            holders[found.package, found.version, found.licence].append(image)
    packages = [(*key, ", ".join(names)) for key, names in sorted(holders.items())]
    models = [
        (model.name, model.revision, model.licence, _source(model))
        for model in packaged_manifest().models.values()
    ]
    return "\n".join(
        (
            *_table(("package", "version", "licence", "images"), packages),
            "",
            *_table(("model", "revision", "licence", "source"), sorted(models)),
            "",
        )
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    return [" | ".join(row) for row in (head, ("---",) * len(head), *rows)]


def _source(model: Model) -> str:
    """Whose weights they are, and the packages of a registry that bring them."""
    of = packaged_manifest().packages
    brought = (f"{of[name].registry}:{name} {of[name].version}" for name in model.packages)
    return f"{model.origin} by {', '.join(brought)}"


def _library(found: Finding) -> dict[str, Any]:
    kind = "generic" if found.bundled else "pypi"
    purl = f"pkg:{kind}/{found.package}@{found.version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": found.package,
        "version": found.version,
        "purl": purl,
        "licenses": [{"expression": found.licence}],
    }


def _model(model: Model) -> dict[str, Any]:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{model.name}@{model.revision}",
        "name": model.name,
        "version": model.revision,
        "description": f"{model.role}, from {model.origin}",
        "licenses": [{"expression": model.licence}],
        "hashes": [{"alg": "SHA-256", "content": model.fingerprint}],
    }
