"""Bodies and documents of the bias audit."""

from typing import Literal

from pydantic import Field

from viva.gateway.domain.bias_audit import Demographics
from viva.gateway.entrypoints.schemas.documents.base import Document
from viva.gateway.entrypoints.schemas.fields import Body, Code, OptionalLine


class DemographicsRecord(Body):
    """What is known of one candidate; empty is unknown."""

    interview_id: Code
    sex: OptionalLine = ""
    race: OptionalLine = Field("", description="Race or ethnicity, as the law at hand names them")
    selected: bool | None = Field(None, description="Taken on to the next step by you")


class DemographicsBody(Body):
    """Many at once."""

    records: list[DemographicsRecord] = Field(min_length=1, max_length=5000)

    def demographics(self) -> list[Demographics]:
        """Reads the body."""
        return [
            Demographics(one.interview_id, one.sex.lower(), one.race.lower(), one.selected)
            for one in self.records
        ]


class StoredDocument(Document):
    """How many records were stored."""

    object: Literal["demographics_upload"]
    stored: int


class GroupDocument(Document):
    """One group of a division."""

    group: str
    count: int
    nulls: int
    favoured: int
    rate: float | None
    ratio: float | None
    below_four_fifths: bool | None
    fisher_p: float | None
    small: bool


class TableDocument(Document):
    """One measure over one division."""

    measure: Literal["scoring", "selection"]
    division: Literal["sex", "race", "sex_and_race"]
    compared: int
    sufficient: bool
    status: Literal["sufficient", "insufficient"]
    lines: list[GroupDocument]


class BiasAuditDocument(Document):
    """The export."""

    object: Literal["bias_audit"]
    created_from: str | None
    created_before: str | None
    interviews: int
    without_score: int
    fewest_compared: int
    tables: list[TableDocument]
