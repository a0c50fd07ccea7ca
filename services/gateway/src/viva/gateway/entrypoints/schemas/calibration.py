"""Bodies and documents of calibrations."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError

from viva.gateway.application.calibration_report import shown
from viva.gateway.application.presenting import Json, timestamp
from viva.gateway.domain.calibration import (
    FEWEST_CANDIDATES,
    FEWEST_DOUBLE_RATED,
    HIGHEST_LEVEL,
    LOWEST_LEVEL,
    Calibration,
    Count,
    Rating,
)
from viva.gateway.domain.errors import Fault, InvalidInputError
from viva.gateway.entrypoints.schemas.documents.base import Document
from viva.gateway.entrypoints.schemas.fields import Body, Code, Key

_MOST = 20_000
_MOST_FAULTS = 100
_BLIND = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
COLUMNS = ("interview_id", "competency", "rater", "level", "blind")


class RatingBody(Body):
    """What one person says of one competency in one past interview."""

    interview_id: Code
    competency: Key
    rater: Code = Field(description="A pseudonym that stays the same")
    level: float = Field(
        ge=LOWEST_LEVEL,
        le=HIGHEST_LEVEL,
        allow_inf_nan=False,
        description="1 to 5, as the anchors count",
    )
    blind: bool = Field(description="The person had not seen Viva's score; others do not count")

    def rating(self) -> Rating:
        """Reads the body."""
        return Rating(self.interview_id, self.competency, self.rater, self.level, self.blind)


class RatingsBody(Body):
    """Many at once."""

    ratings: list[RatingBody] = Field(min_length=1, max_length=_MOST)


def read_csv(data: bytes) -> tuple[list[Rating], list[str]]:
    """Reads ratings and the lines that they stand in.

    Raises:
        InvalidInputError: `csv_invalid`, with the lines and columns that are wrong.
    """
    rows = csv.DictReader(io.StringIO(_text(data), newline=""), strict=True)
    try:
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            _refuse([Fault("#line/1", f"no column {', '.join(missing)}", "column_missing")])
        found = list(_ratings(rows))
    except csv.Error as error:
        _refuse([Fault(f"#line/{rows.reader.line_num}", str(error), "csv_invalid")])
    faults = [one for one in found if isinstance(one, Fault)]
    if not found:
        faults.append(Fault("#line/2", "no ratings", "missing"))
    if len(found) > _MOST:
        faults.append(Fault("#line/1", f"more than {_MOST} ratings", "too_many"))
    if faults:
        _refuse(faults)
    given = [one for one in found if not isinstance(one, Fault)]
    return [rating for _, rating in given], [place for place, _ in given]


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refusal([Fault(f"#line/{line}", "is not UTF-8", "encoding")]) from error


def _ratings(rows: "csv.DictReader[str]") -> Iterator[tuple[str, Rating] | Fault]:
    for row in rows:
        place = f"#line/{rows.line_num}"
        try:
            yield place, _row(row).rating()
        except ValidationError as error:
            for one in error.errors(include_url=False, include_context=False, include_input=False):
                column = ".".join(str(step) for step in one["loc"])
                yield Fault(f"{place}/{column}", one["msg"], one["type"])


def _row(row: Mapping[str, Any]) -> RatingBody:
    """Other columns of the customer's file are left alone."""
    values = {name: (row.get(name) or "").strip() for name in COLUMNS}
    blind = _BLIND.get(values["blind"].lower(), values["blind"])
    return RatingBody.model_validate(values | {"blind": blind})


def _refusal(faults: list[Fault]) -> InvalidInputError:
    return InvalidInputError(
        "csv_invalid", "Nothing was stored: the CSV is wrong.", tuple(faults[:_MOST_FAULTS])
    )


def _refuse(faults: list[Fault]) -> None:
    raise _refusal(faults)


class CountDocument(Document):
    """How much of a competency was rated by people who had not seen Viva's score."""

    key: str
    candidates: int
    double_rated: int
    raters: int
    not_blind: int
    enough: bool


class RatingsDocument(Document):
    """What there is, and what a calibration needs."""

    object: Literal["ratings"]
    framework_id: str
    candidates_needed: int
    double_rated_needed: int
    competencies: list[CountDocument]


class AgreementDocument(Document):
    """With people, of scores that were fitted without the candidate."""

    candidates: int
    pearson: float | None
    qwk: float | None = Field(description="On the five levels, quadratically weighted")
    within_one: float = Field(description="Share within one level")
    within_one_constant: float = Field(description="What always saying the mean would reach")
    top_tenth: float = Field(description="Share of the top tenth in the raters' top three tenths")
    bottom_tenth: float


class RaterDocument(Document):
    """One rater beside Viva and beside the others."""

    rater: str
    with_viva: AgreementDocument
    with_other_raters: AgreementDocument | None


class FitDocument(Document):
    """One calibrated competency."""

    key: str
    candidates: int
    double_rated: int
    raters: list[RaterDocument]
    rater_count: int
    factors: dict[str, float] = Field(description="By kind of evidence; 1 is as shipped")
    penalty: float
    agreement: AgreementDocument
    agreement_as_shipped: AgreementDocument


class NotCalibratedDocument(Document):
    """A competency that was rated too little."""

    key: str
    candidates: int
    double_rated: int
    rater_count: int


class ImpactGroupDocument(Document):
    """One group of a division; of a small one only how many it has."""

    group: str
    count: int
    nulls: int
    favoured: int | None
    rate: float | None
    ratio: float | None
    below_four_fifths: bool | None
    fisher_p: float | None
    small: bool


class ImpactTableDocument(Document):
    """Scoring over one division."""

    measure: Literal["scoring"]
    division: Literal["sex", "race", "sex_and_race"]
    compared: int
    sufficient: bool
    status: Literal["sufficient", "insufficient"]
    lines: list[ImpactGroupDocument]


class ImpactDocument(Document):
    """Scoring rates by group, with the verdicts' scores and with the fitted ones."""

    before: list[ImpactTableDocument]
    after: list[ImpactTableDocument]


class CalibrationReportDocument(Document):
    """What a calibration reached."""

    competencies: list[FitDocument]
    not_calibrated: list[NotCalibratedDocument]
    unusable: dict[str, int] = Field(description="Rated interviews that cannot be used, by reason")
    impact: ImpactDocument | None = Field(description="For keys with the scope bias_audit:read")
    impact_null_reason: Literal["bias_audit_scope_missing"] | None


class CalibrationDocument(Document):
    """A calibration; nobody is scored by it until it is activated."""

    id: str
    object: Literal["calibration"]
    framework_id: str
    framework_version: int
    created_at: str
    activated_version: int | None
    report: CalibrationReportDocument


def ratings_document(framework_id: str, counts: Mapping[str, Count]) -> Json:
    """Shows how much was rated."""
    return {
        "object": "ratings",
        "framework_id": framework_id,
        "candidates_needed": FEWEST_CANDIDATES,
        "double_rated_needed": FEWEST_DOUBLE_RATED,
        "competencies": [
            {
                "key": key,
                "candidates": found.candidates,
                "double_rated": found.double_rated,
                "raters": found.raters,
                "not_blind": found.not_blind,
                "enough": found.enough,
            }
            for key, found in counts.items()
        ],
    }


def calibration_document(found: Calibration, *, audited: bool) -> Json:
    """Shows a calibration; impact only where the key may read the bias audit."""
    return {
        "id": found.id,
        "object": "calibration",
        "framework_id": found.framework_id,
        "framework_version": found.framework_version,
        "created_at": timestamp(found.created_at),
        "activated_version": found.activated_version,
        "report": shown(found.report, audited=audited),
    }
