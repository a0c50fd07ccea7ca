"""Answers with their questions, as the scoring service would get them one by one."""

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.evaluate.data.scorer import analyst
from viva.scoring.application.score_answer import score_answer
from viva.scoring.domain.model import Answer, Competency, Span, SpokenWord
from viva.testkit.answers.library import Question

NEEDED = ("id", "speaker", "question", "competency", "answer", "rating")
_WORD_MS = 350


@dataclass(frozen=True)
class Rated:
    """One answer with the people's rating (mean where there are several)."""

    speaker: str
    text: str
    question: str
    competency: Competency
    rating: float
    group: str = ""


def competency_of(question: Question) -> Competency:
    """The competency that a packaged question probes."""
    return Competency(
        question.key,
        question.name,
        question.definition,
        1.0,
        dict(question.anchors),
        question.indicators,
    )


def read_aloud(text: str, question: str, *competencies: Competency) -> Answer:
    """An answer to a question, every word of the same length."""
    words = text.split()
    return Answer(
        answer_id="ans_1",
        revision=1,
        question_id="q1",
        question_text=question,
        words=tuple(
            SpokenWord(word, Span(i * _WORD_MS, (i + 1) * _WORD_MS)) for i, word in enumerate(words)
        ),
        competencies=competencies,
        speech=(Span(0, len(words) * _WORD_MS),),
    )


def points(text: str, question: str, competency: Competency) -> float | None:
    """Score of one answer by itself, 0 to 100."""
    answer = read_aloud(text, question, competency)
    tenths = score_answer(answer, analyst()).competencies[0][1].tenths
    return None if tenths is None else tenths / 10


def read_rated(path: Path) -> list[Rated]:
    """Reads the CSV of rated answers.

    Raises:
        ValueError: a column or all rows are missing, or a rating is no number; names the line.
    """
    with path.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.DictReader(lines)
        missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
        if missing:
            raise ValueError(f"{path}: no column {', '.join(missing)}")
        found = list(_rated(rows, path))
    if not found:
        raise ValueError(f"{path}: no rows")
    return found


def _rated(rows: "csv.DictReader[str]", path: Path) -> Iterator[Rated]:
    for row in rows:
        try:
            rating = float(row["rating"])
        except ValueError as error:
            raise ValueError(f"{path}, line {rows.line_num}: rating is no number") from error
        if not math.isfinite(rating):
            raise ValueError(f"{path}, line {rows.line_num}: rating is no number")
        yield Rated(
            row["speaker"],
            row["answer"],
            row["question"],
            _competency(row),
            rating,
            (row.get("group") or "").strip(),
        )


def _competency(row: Mapping[str, str]) -> Competency:
    anchors = {level: row.get(f"anchor_{level}") or "" for level in (1, 3, 5)}
    indicators = tuple(one.strip() for one in (row.get("indicators") or "").split("|"))
    return Competency(
        row["competency"],
        row["competency"],
        row.get("definition") or "",
        1.0,
        {level: text for level, text in anchors.items() if text},
        tuple(filter(None, indicators)),
    )
