"""Reviews and the audit log."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from viva.gateway.application import auditing
from viva.gateway.application.presenting import Json, review_document, timestamp
from viva.gateway.application.reviewing import Decide, add_note, decide, find_review
from viva.gateway.domain.access import Caller, Scope
from viva.gateway.domain.reviews import AuditRecord, ReviewStatus
from viva.gateway.entrypoints.authentication import ApiRoute, allowed, reply, show
from viva.gateway.entrypoints.lists import ID_PATTERN, Paging, list_document
from viva.gateway.entrypoints.schemas.documents.accounts import AuditDocument
from viva.gateway.entrypoints.schemas.documents.base import ListDocument
from viva.gateway.entrypoints.schemas.documents.reviews import ReviewDocument
from viva.gateway.entrypoints.schemas.people import DecideBody, NoteBody
from viva.gateway.entrypoints.state import gateway

router = APIRouter(prefix="/v1", route_class=ApiRoute)
Reader = Annotated[Caller, allowed(Scope.REVIEWS_READ)]
Writer = Annotated[Caller, allowed(Scope.REVIEWS_WRITE)]
Auditor = Annotated[Caller, allowed(Scope.AUDIT_READ)]
IdFilter = Annotated[str | None, Query(pattern=ID_PATTERN)]
TargetFilter = Annotated[
    str | None,
    Query(
        pattern=rf"{ID_PATTERN}|^(interviews|reviews)$",
        description="An id; `interviews` or `reviews` for who listed them",
    ),
]


@router.get("/reviews", tags=["reviews"], response_model=ListDocument[ReviewDocument])
async def list_reviews(
    request: Request,
    who: Reader,
    cursor: Paging,
    status: ReviewStatus | None = None,
    interview_id: IdFilter = None,
) -> Response:
    """Lists what people should look at: flags and low confidence."""
    parts = gateway(request)
    async with parts.open_work() as work:
        page = await work.reviews.page(
            who.tenant_id, who.test_mode, status or "", interview_id or "", cursor
        )
        ids = [review.id for review in page.items]
        target = interview_id or "reviews"
        await auditing.note_list(
            work, parts.context, who, "review.list", target, ids, status=status or ""
        )
    return show(list_document(page, review_document))


@router.get("/reviews/{review_id}", tags=["reviews"], response_model=ReviewDocument)
async def get_review(review_id: str, request: Request, who: Reader) -> Response:
    """Reads a review with its notes."""
    parts = gateway(request)
    async with parts.open_work() as work:
        review = await find_review(work, who, review_id)
        await auditing.note(work, parts.context, who, "review.read", review_id)
        return show(review_document(review))


@router.post("/reviews/{review_id}/decide", tags=["reviews"], response_model=ReviewDocument)
async def decide_review(
    review_id: str, body: DecideBody, request: Request, who: Writer
) -> Response:
    """Closes a review with a finding. It changes no score: for that there are overrides."""
    parts = gateway(request)
    command = Decide(review_id, body.decision, body.note, body.by)
    async with parts.open_work() as work:
        review = await decide(work, parts.context, who, command)
        return await reply(request, work, 200, review_document(review))


@router.post(
    "/reviews/{review_id}/notes", tags=["reviews"], status_code=201, response_model=ReviewDocument
)
async def note_on_review(review_id: str, body: NoteBody, request: Request, who: Writer) -> Response:
    """Adds a remark, before or after the decision."""
    parts = gateway(request)
    async with parts.open_work() as work:
        review = await add_note(work, parts.context, who, review_id, body.text, body.by)
        return await reply(request, work, 201, review_document(review))


@router.get("/audit-log", tags=["audit"], response_model=ListDocument[AuditDocument])
async def list_audit_log(
    request: Request, who: Auditor, cursor: Paging, target: TargetFilter = None
) -> Response:
    """Lists who read or changed what. A list that was read is one record: filters, count, ids."""
    async with gateway(request).open_work() as work:
        page = await work.audit.page(who.tenant_id, target or "", cursor)
    return show(list_document(page, _audit_document))


def _audit_document(record: AuditRecord) -> Json:
    return {
        "id": record.id,
        "object": "audit_record",
        "at": timestamp(record.at),
        "action": record.action,
        "target": record.target,
        "key_id": record.key_id,
        "key_name": record.key_name,
        "request_id": record.request_id,
        "details": dict(record.details),
    }
