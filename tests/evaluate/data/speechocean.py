"""speechocean762 (Zhang et al., Interspeech 2021): read English, five experts' scores.

Takes the corpus as it is published (`resource/scores-detail.json`, `WAVE/`, `train/`, `test/` with
`wav.scp`, `utt2spk`, `spk2age`, `spk2gender`), and the short form of one `scores.json` that names
speaker and gender beside the lists of scores, with the audio in `flac/`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.evaluate.data.audio import read_audio
from viva.audio.pcm import Samples

ASPECTS = ("fluency", "prosodic", "total", "accuracy")
_SCORE_FILES = (
    "scores.json",
    "scores-detail.json",
    "resource/scores-detail.json",
    "resource/scores.json",
)


@dataclass(frozen=True)
class Utterance:
    """One read sentence.

    Attributes:
        scores: each expert's, 0 to 10, by aspect.
        age: None where it is not told.
    """

    id: str
    speaker: str
    text: str
    audio: Path
    scores: Mapping[str, tuple[float, ...]]
    gender: str = ""
    age: int | None = None

    def panel(self, aspect: str) -> float:
        """Median of the experts."""
        return median(self.scores[aspect])

    def samples(self) -> Samples:
        """Mono at 16 kHz."""
        return read_audio(self.audio)


def load(folder: Path, *, part: str = "", adult_age: int = 0) -> list[Utterance]:
    """All utterances with every aspect scored, in the order of their ids.

    Args:
        folder: of the dataset.
        part: train or test; empty takes both.
        adult_age: leaves out younger speakers where ages are told.

    Raises:
        ValueError: the folder has not this layout.
    """
    scored = _scores(folder)
    tables = _Tables(folder, part)
    audio = {path.stem: path for path in sorted(folder.rglob("*")) if _is_audio(path)}
    found = []
    for name, entry in sorted(scored.items()):
        speaker = str(entry.get("speaker") or tables.speakers.get(name, ""))
        if not speaker or (tables.speakers and name not in tables.speakers):
            continue
        age = entry.get("age", tables.ages.get(speaker))
        if age is not None and int(age) < adult_age:
            continue
        if name not in audio:
            raise ValueError(f"{folder}: no audio of {name}")
        scores = {aspect: _scores_of(entry[aspect]) for aspect in ASPECTS}
        gender = str(entry.get("gender") or tables.genders.get(speaker, ""))
        text = str(entry.get("text", ""))
        found.append(Utterance(name, speaker, text, audio[name], scores, gender.lower(), age))
    if not found:
        raise ValueError(f"{folder}: no utterance of part {part or 'train or test'}")
    return found


class _Tables:
    """Kaldi's tables, where they are."""

    def __init__(self, folder: Path, part: str) -> None:
        parts = [part] if part else ["train", "test"]
        folders = [folder / name for name in parts if (folder / name).is_dir()]
        self.speakers = _table(folders, "utt2spk")
        self.genders = _table(folders, "spk2gender")
        self.ages = {speaker: int(age) for speaker, age in _table(folders, "spk2age").items()}


def _table(folders: list[Path], name: str) -> dict[str, str]:
    lines = [
        line.split(maxsplit=1)
        for folder in folders
        if (folder / name).exists()
        for line in (folder / name).read_text("utf-8").splitlines()
    ]
    return {key: value.strip() for key, value in lines}


def _scores(folder: Path) -> Mapping[str, Mapping]:  # type: ignore[type-arg]
    for name in _SCORE_FILES:
        if (folder / name).exists():
            content = json.loads((folder / name).read_text("utf-8"))
            return dict(content)
    raise ValueError(f"{folder}: none of {', '.join(_SCORE_FILES)}")


def _scores_of(value: object) -> tuple[float, ...]:
    return tuple(map(float, value)) if isinstance(value, list) else (float(str(value)),)


def _is_audio(path: Path) -> bool:
    return path.suffix.lower() in {".wav", ".flac"}
