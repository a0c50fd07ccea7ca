"""What every answer has; the forms of errors and lists."""

from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class Document(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="forbid")


class ListDocument(Document, Generic[Item]):
    """Part of a list, newest first; the next part begins after the last item's id."""

    object: Literal["list"]
    data: list[Item]
    has_more: bool


class FieldProblem(Document):
    """One thing that is wrong."""

    pointer: str = Field(description="JSON pointer into the body")
    code: str
    detail: str


class Problem(Document):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description="What a program branches on")
    request_id: str
    errors: list[FieldProblem]
