from pathlib import Path

import pytest
from typer.testing import CliRunner

from viva.audio.commands import app
from viva.audio.models import ModelStore

runner = CliRunner()


def test_pull_list_and_verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_MODELS_DIR", str(tmp_path))
    assert "silero-vad: not pulled" in runner.invoke(app, ["verify"]).stdout
    pulled = runner.invoke(app, ["pull", "vad"])
    assert pulled.exit_code == 0, pulled.output
    assert "1 models pulled (2 MB, " in pulled.stdout
    assert ModelStore().file("silero-vad").parent.parent.parent == tmp_path
    listed = {line.split()[0]: line for line in runner.invoke(app, ["list"]).stdout.splitlines()}
    assert listed["silero-vad"].endswith(": here")
    assert listed["kokoro"].endswith(": missing")
    verified = runner.invoke(app, ["verify", "silero-vad"])
    assert (verified.exit_code, verified.stdout) == (0, "silero-vad: verified\n")


def test_verify_fails_and_pull_explains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_MODELS_DIR", str(tmp_path))
    assert runner.invoke(app, ["verify", "vad"]).exit_code == 1
    refused = runner.invoke(app, ["pull", "nonsense"])
    assert refused.exit_code == 1
    assert "known: whisper-tiny.en, whisper-base" in refused.stderr


def test_list_shows_a_replaced_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_MODEL_ASR_FINAL", "Systran/faster-whisper-small.en")
    assert "replaced by Systran/faster-whisper-small.en" in runner.invoke(app, ["list"]).stdout
