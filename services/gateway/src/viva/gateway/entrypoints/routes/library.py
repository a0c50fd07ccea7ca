"""Personas, frameworks and question sets: three resources of one form."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from viva.gateway.application import curating
from viva.gateway.application.anchoring import refuse_indistinct
from viva.gateway.application.presenting import Json
from viva.gateway.domain.access import Caller, Scope
from viva.gateway.domain.library import Entry, Framework, Persona, QuestionSet
from viva.gateway.entrypoints.authentication import ApiRoute, allowed, reply, show
from viva.gateway.entrypoints.lists import Paging, list_document
from viva.gateway.entrypoints.schemas.documents.base import ListDocument
from viva.gateway.entrypoints.schemas.documents.library import (
    FrameworkDocument,
    PersonaDocument,
    QuestionSetDocument,
)
from viva.gateway.entrypoints.schemas.library import (
    FrameworkBody,
    PersonaBody,
    QuestionSetBody,
    framework_document,
    persona_document,
    question_set_document,
)
from viva.gateway.entrypoints.state import gateway

router = APIRouter(prefix="/v1", route_class=ApiRoute)
Reader = Annotated[Caller, allowed(Scope.LIBRARY_READ)]
Writer = Annotated[Caller, allowed(Scope.LIBRARY_WRITE)]
Version = Annotated[int | None, Query(ge=1, le=1_000_000, description="The newest by default")]


class _Resource:
    """The calls of one kind of definition."""

    def __init__(self, kind: type[Any], present: Callable[[Entry[Any]], Json]) -> None:
        self._kind = kind
        self._present = present

    async def create(self, request: Request, who: Caller, definition: Any) -> Response:
        await _look_at(request, definition)
        async with gateway(request).open_work() as work:
            entry = await curating.create(work, gateway(request).context, who, definition)
            return await reply(request, work, 201, self._present(entry))

    async def get(self, request: Request, who: Caller, entry_id: str, version: int | None) -> Json:
        async with gateway(request).open_work() as work:
            return self._present(await curating.find(work, who, self._kind, entry_id, version))

    async def update(
        self, request: Request, who: Caller, entry_id: str, definition: Any
    ) -> Response:
        await _look_at(request, definition)
        async with gateway(request).open_work() as work:
            context = gateway(request).context
            entry = await curating.update(work, context, who, entry_id, definition)
            return await reply(request, work, 200, self._present(entry))

    async def list(self, request: Request, who: Caller, cursor: Any) -> Json:
        async with gateway(request).open_work() as work:
            page = await work.library.page(self._kind, who.tenant_id, cursor)
            return list_document(page, self._present)


async def _look_at(request: Request, definition: Any) -> None:
    """Before any transaction: scoring takes its time."""
    parts = gateway(request)
    curating.check_definition(parts.context, definition)
    if isinstance(definition, Framework):
        await refuse_indistinct(parts.scoring, definition)


_personas = _Resource(Persona, persona_document)
_frameworks = _Resource(Framework, framework_document)
_question_sets = _Resource(QuestionSet, question_set_document)


@router.post("/personas", tags=["personas"], status_code=201, response_model=PersonaDocument)
async def create_persona(body: PersonaBody, request: Request, who: Writer) -> Response:
    """Makes an interviewer. Its language must be one that the installed models speak."""
    return await _personas.create(request, who, body.definition())


@router.get("/personas", tags=["personas"], response_model=ListDocument[PersonaDocument])
async def list_personas(request: Request, who: Reader, cursor: Paging) -> Response:
    """Lists interviewers, the built-in one too."""
    return show(await _personas.list(request, who, cursor))


@router.get("/personas/{persona_id}", tags=["personas"], response_model=PersonaDocument)
async def get_persona(
    persona_id: str, request: Request, who: Reader, version: Version = None
) -> Response:
    """Reads an interviewer."""
    return show(await _personas.get(request, who, persona_id, version))


@router.put("/personas/{persona_id}", tags=["personas"], response_model=PersonaDocument)
async def update_persona(
    persona_id: str, body: PersonaBody, request: Request, who: Writer
) -> Response:
    """Makes the next version; interviews keep the one that they were created with."""
    return await _personas.update(request, who, persona_id, body.definition())


@router.post("/frameworks", tags=["frameworks"], status_code=201, response_model=FrameworkDocument)
async def create_framework(body: FrameworkBody, request: Request, who: Writer) -> Response:
    """Makes a competency framework; each competency has the anchors 1, 3 and 5.

    Answers written from the anchors must come out in their order, or the competency is refused:
    422 `anchors_indistinct`. While scoring is away, frameworks are not taken: 503.
    """
    return await _frameworks.create(request, who, body.definition())


@router.get("/frameworks", tags=["frameworks"], response_model=ListDocument[FrameworkDocument])
async def list_frameworks(request: Request, who: Reader, cursor: Paging) -> Response:
    """Lists frameworks, the built-in one too."""
    return show(await _frameworks.list(request, who, cursor))


@router.get("/frameworks/{framework_id}", tags=["frameworks"], response_model=FrameworkDocument)
async def get_framework(
    framework_id: str, request: Request, who: Reader, version: Version = None
) -> Response:
    """Reads a framework."""
    return show(await _frameworks.get(request, who, framework_id, version))


@router.put("/frameworks/{framework_id}", tags=["frameworks"], response_model=FrameworkDocument)
async def update_framework(
    framework_id: str, body: FrameworkBody, request: Request, who: Writer
) -> Response:
    """Makes the next version; interviews keep the one that they were created with."""
    return await _frameworks.update(request, who, framework_id, body.definition())


@router.post(
    "/question-sets", tags=["question sets"], status_code=201, response_model=QuestionSetDocument
)
async def create_question_set(body: QuestionSetBody, request: Request, who: Writer) -> Response:
    """Makes a script: questions, what they probe, follow-ups with the evidence they ask for."""
    return await _question_sets.create(request, who, body.definition())


@router.get(
    "/question-sets", tags=["question sets"], response_model=ListDocument[QuestionSetDocument]
)
async def list_question_sets(request: Request, who: Reader, cursor: Paging) -> Response:
    """Lists question sets, the built-in one too."""
    return show(await _question_sets.list(request, who, cursor))


@router.get(
    "/question-sets/{question_set_id}", tags=["question sets"], response_model=QuestionSetDocument
)
async def get_question_set(
    question_set_id: str, request: Request, who: Reader, version: Version = None
) -> Response:
    """Reads a question set."""
    return show(await _question_sets.get(request, who, question_set_id, version))


@router.put(
    "/question-sets/{question_set_id}", tags=["question sets"], response_model=QuestionSetDocument
)
async def update_question_set(
    question_set_id: str, body: QuestionSetBody, request: Request, who: Writer
) -> Response:
    """Makes the next version; interviews keep the one that they were created with."""
    return await _question_sets.update(request, who, question_set_id, body.definition())
