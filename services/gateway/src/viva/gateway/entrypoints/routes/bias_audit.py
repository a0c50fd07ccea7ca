"""The bias audit: demographics in, sums out. Keys need scopes that open nothing else."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from viva.gateway.application.bias_auditing import forget, report, upload
from viva.gateway.domain.access import Caller, Scope
from viva.gateway.entrypoints.authentication import ApiRoute, allowed, reply
from viva.gateway.entrypoints.schemas.bias_audit import (
    BiasAuditDocument,
    DemographicsBody,
    StoredDocument,
)
from viva.gateway.entrypoints.schemas.fields import Moment
from viva.gateway.entrypoints.state import gateway

router = APIRouter(prefix="/v1/bias-audit", tags=["bias audit"], route_class=ApiRoute)
Writer = Annotated[Caller, allowed(Scope.BIAS_AUDIT_WRITE)]
Reader = Annotated[Caller, allowed(Scope.BIAS_AUDIT_READ)]
MomentQuery = Annotated[Moment | None, Query()]


@router.put("/demographics", response_model=StoredDocument)
async def upload_demographics(body: DemographicsBody, request: Request, who: Writer) -> Response:
    """Stores what you know of candidates, for the audit alone: nothing that scores can read it."""
    parts = gateway(request)
    async with parts.open_work() as work:
        stored = await upload(work, parts.context, who, body.demographics())
        document = {"object": "demographics_upload", "stored": stored}
        return await reply(request, work, 200, document)


@router.delete("/demographics/{interview_id}", status_code=204)
async def delete_demographics(interview_id: str, request: Request, who: Writer) -> Response:
    """Deletes what was told of one interview's candidate."""
    parts = gateway(request)
    async with parts.open_work() as work:
        await forget(work, parts.context, who, interview_id)
    return Response(status_code=204)


@router.get("/report", response_model=BiasAuditDocument)
async def export_bias_audit(
    request: Request,
    who: Reader,
    created_from: MomentQuery = None,
    created_before: MomentQuery = None,
) -> Response:
    """Scoring and selection rates by sex, race and both, impact ratios, four fifths, Fisher's test.

    Under a hundred compared: counts and rates only, marked "insufficient". Groups under 2% and
    unknown ones are counted and get no ratio.
    """
    parts = gateway(request)
    async with parts.open_work() as work:
        document = await report(work, parts.context, who, created_from, created_before)
        return await reply(request, work, 200, document)
