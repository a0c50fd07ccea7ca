"""Every licence is on the list or explained; no image holds what it does not need."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.supply.bill import licence_tables, write_bills
from tests.supply.licences import IMAGES, ROOT, findings, packages, permitted, rules
from viva.audio.models.manifest import packaged_manifest

FONT = re.compile(r"\.(woff2?|ttf|otf)$|\.min\.js$")
HEAVY = ("torch", "nemo-toolkit", "faster-whisper", "onnxruntime", "transformers")


@pytest.mark.parametrize("image", IMAGES)
def test_every_licence_is_allowed_or_explained(image: str) -> None:
    refused = [
        f"{found.package}: {found.licence}" for found in findings(image) if not found.allowed
    ]
    assert refused == []


def test_every_exception_is_still_needed() -> None:
    for name, exception in rules()["exceptions"].items():
        holders = [image for image in IMAGES if name in packages(image)]
        assert holders == exception["images"], name


def test_expressions_are_read_as_spdx_means_them() -> None:
    assert permitted("MIT OR GPL-3.0-only")
    assert permitted("Apache-2.0 WITH LLVM-exception AND MIT")
    assert not permitted("MIT AND GPL-3.0-only")
    assert not permitted("unknown")


def test_what_our_sources_bring_is_listed_with_its_licence() -> None:
    folders = {ROOT / own["folder"] for own in rules()["bundled"].values()}
    assert all((folder / "LICENSE.txt").exists() for folder in folders)
    tracked = subprocess.run(
        ["git", "ls-files", "libs", "services"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    fonts = [ROOT / line for line in tracked.stdout.splitlines() if FONT.search(line)]
    assert fonts
    assert {path.parent for path in fonts} == folders
    named = {found.package for found in findings("gateway") if found.bundled}
    assert named == {"figtree"}


def test_models_may_be_used_commercially() -> None:
    for model in packaged_manifest().models.values():
        assert permitted(model.licence), model.name


@pytest.mark.parametrize("image", ["gateway", "telephony", "fraud", "notification"])
def test_images_without_models_hold_no_runtime_for_them(image: str) -> None:
    assert set(packages(image)) & set(HEAVY) == set()


@pytest.mark.parametrize("image", [name for name in IMAGES if name != "diarization"])
def test_only_diarization_holds_torch(image: str) -> None:
    assert "torch" not in packages(image)
    assert "pytest" not in packages(image) or image == "testkit"


def test_a_bill_lists_what_is_in_the_image(tmp_path: Path) -> None:
    paths = write_bills(tmp_path, ["fraud"], "0.1.0")
    fraud, models = (json.loads(path.read_text("utf-8")) for path in paths)
    listed = {component["name"]: component["version"] for component in fraud["components"]}
    assert listed == packages("fraud")
    assert all(component["licenses"][0]["expression"] for component in fraud["components"])
    assert {component["name"] for component in models["components"]} == set(
        packaged_manifest().models
    )
    again = [path.read_bytes() for path in write_bills(tmp_path / "again", ["fraud"], "0.1.0")]
    assert again == [path.read_bytes() for path in paths]


def test_the_tables_list_every_package_and_every_model() -> None:
    lines = licence_tables(["fraud"]).splitlines()
    split = lines.index("")
    packages_of = {line.split(" | ")[0] for line in lines[2:split]}
    assert packages_of == set(packages("fraud"))
    rows = [line.split(" | ") for line in lines[split + 3 :]]
    models = packaged_manifest().models
    assert {row[0]: row[2] for row in rows} == {x.name: x.licence for x in models.values()}
    assert all(models[row[0]].origin in row[3] for row in rows)


def test_the_cpu_build_of_torch_is_that_of_the_lock_and_known_by_its_hash() -> None:
    wanted = (ROOT / "deploy/docker/torch.txt").read_text("utf-8")
    assert f"torch=={packages('diarization')['torch']}+cpu" in wanted
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", wanted)) == 2
    assert "--require-hashes" in (ROOT / "deploy/docker/install").read_text("utf-8")
