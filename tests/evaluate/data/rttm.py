"""Recordings with reference turns: sound files and RTTM files in one folder."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from viva.diarization.domain.model import Span, Turn

_SOUND = {".flac", ".wav"}


def recordings(folder: Path) -> Iterator[tuple[Path, list[Turn]]]:
    """Each sound file that some RTTM file of the folder tells of, with its turns.

    Raises:
        ValueError: no RTTM file, or a line that is none.
    """
    tables = sorted(folder.glob("*.rttm"))
    if not tables:
        raise ValueError(f"{folder}: no *.rttm")
    found: dict[str, list[Turn]] = defaultdict(list)
    for table in tables:
        for number, line in enumerate(table.read_text("utf-8").splitlines(), start=1):
            if line.strip() and not line.startswith(";;"):
                name, turn = _turn(line, f"{table}, line {number}")
                found[name].append(turn)
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in _SOUND and path.stem in found:
            yield path, found[path.stem]


def _turn(line: str, place: str) -> tuple[str, Turn]:
    fields = line.split()
    if len(fields) < 8 or fields[0] != "SPEAKER":
        raise ValueError(f"{place}: not SPEAKER name channel start length <NA> <NA> voice")
    try:
        start, length = float(fields[3]), float(fields[4])
    except ValueError as error:
        raise ValueError(f"{place}: start or length is no number") from error
    span = Span(round(1000 * start), round(1000 * (start + length)))
    return fields[1], Turn(span, fields[7])
