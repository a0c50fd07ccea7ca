"""Loaders: the layouts of the public sets, and clear errors for anything else."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.data import speechocean
from tests.evaluate.data.joined import GAP_MS, MAX_MS, join
from tests.evaluate.data.tables import read_table
from tests.evaluate.tasks.words import read
from viva.audio.wav import write_wav

SCORES = {"fluency": [8, 7, 9], "prosodic": [8, 8, 8], "total": [7, 8, 9], "accuracy": [9, 9, 9]}


def audio(path: Path, seconds: float = 2.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_wav(np.zeros(round(16_000 * seconds), np.int16)))


def published(root: Path) -> Path:
    """The layout as speechocean762 is published."""
    scores = {}
    for speaker, part, age in (("0001", "train", 6), ("0002", "train", 30), ("0003", "test", 40)):
        (root / part).mkdir(parents=True, exist_ok=True)
        for number in range(2):
            name = f"{speaker}{number}"
            scores[name] = {"text": "WE CALL IT BEAR", **SCORES}
            audio(root / f"WAVE/SPEAKER{speaker}/{name}.WAV")
            with (root / part / "utt2spk").open("a") as table:
                table.write(f"{name}\t{speaker}\n")
        with (root / part / "spk2age").open("a") as table:
            table.write(f"{speaker} {age}\n")
        with (root / part / "spk2gender").open("a") as table:
            table.write(f"{speaker} f\n")
    (root / "resource").mkdir()
    (root / "resource/scores-detail.json").write_text(json.dumps(scores))
    return root


def test_the_published_layout(tmp_path: Path) -> None:
    root = published(tmp_path)
    everybody = speechocean.load(root)
    assert len(everybody) == 6
    adults = speechocean.load(root, part="train", adult_age=16)
    assert {one.speaker for one in adults} == {"0002"}
    assert (adults[0].gender, adults[0].age, adults[0].panel("fluency")) == ("f", 30, 8)
    assert len(adults[0].samples()) == 32_000


def test_the_short_layout(tmp_path: Path) -> None:
    entry = {"speaker": "7", "gender": "m", "text": "hello", **SCORES}
    (tmp_path / "scores.json").write_text(json.dumps({"70001": entry}))
    audio(tmp_path / "flac/70001.wav")
    (found,) = speechocean.load(tmp_path)
    assert (found.speaker, found.gender, found.scores["total"]) == ("7", "m", (7, 8, 9))


def test_what_is_no_dataset_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="scores-detail"):
        speechocean.load(tmp_path)
    (tmp_path / "scores.json").write_text(json.dumps({"a": {"speaker": "1", **SCORES}}))
    with pytest.raises(ValueError, match="no audio of a"):
        speechocean.load(tmp_path)
    (tmp_path / "a.wav").write_bytes(b"no sound")
    with pytest.raises(ValueError, match=r"a\.wav"):
        speechocean.load(tmp_path)[0].samples()


def test_joined_answers_hold_every_utterance_of_one_speaker(tmp_path: Path) -> None:
    scores = {}
    for speaker in ("1", "2"):
        for number in range(4):
            name = f"{speaker}{number}"
            scores[name] = {"speaker": speaker, **SCORES}
            audio(tmp_path / f"{name}.wav", 8.0)
    (tmp_path / "scores.json").write_text(json.dumps(scores))
    found = list(join(speechocean.load(tmp_path)))
    assert [(one.speaker, len(one.pieces)) for one in found] == [
        ("1", 3), ("1", 1), ("2", 3), ("2", 1)
    ]  # fmt: skip
    for one in found:
        assert len(one.samples) == one.pieces[-1].span.end_ms * 16
        assert one.pieces[-1].span.end_ms <= MAX_MS
        gaps = [b.span.start_ms - a.span.end_ms for a, b in pairwise(one.pieces)]
        assert set(gaps) <= {GAP_MS}


def test_librispeech(tmp_path: Path) -> None:
    audio(tmp_path / "84/121/84-121-0000.wav")
    table = tmp_path / "84/121/84-121.trans.txt"
    table.write_text("84-121-0000 GO DO YOU HEAR\n")
    assert [(name, text) for name, text, _ in read(tmp_path)] == [("84-121-0000", "GO DO YOU HEAR")]
    table.write_text("84-121-0009 GONE\n")
    with pytest.raises(ValueError, match="84-121-0009"):
        list(read(tmp_path))
    with pytest.raises(ValueError, match="trans"):
        list(read(tmp_path / "84/121/none"))


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rated.csv"
    path.write_text("id,cefr\n1,B2\n")
    assert read_table(path, ("id", "cefr")) == [{"id": "1", "cefr": "B2"}]
    with pytest.raises(ValueError, match="no column speaker, text"):
        read_table(path, ("id", "speaker", "text"))
    path.write_text("id,cefr\n")
    with pytest.raises(ValueError, match="no rows"):
        read_table(path, ("id", "cefr"))
