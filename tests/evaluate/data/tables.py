"""Rated sets in a plain CSV: a header, one row a thing, relative paths from the file's folder."""

import csv
from collections.abc import Sequence
from pathlib import Path


def read_table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV that has these columns.

    Raises:
        ValueError: a column is missing, or there are no rows; the text names both.
    """
    with path.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.DictReader(stream)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{path}: no column {', '.join(missing)}")
        rows = [{key: (row[key] or "").strip() for key in columns} for row in reader]
    if not rows:
        raise ValueError(f"{path}: no rows")
    return rows
