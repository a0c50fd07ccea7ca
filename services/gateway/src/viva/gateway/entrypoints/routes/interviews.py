"""Interviews: create, read, list, cancel, invite anew, override scores."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from viva.gateway.application import auditing
from viva.gateway.application.anchoring import refuse_indistinct
from viva.gateway.application.attempts import (
    Reinvite,
    cancel,
    owned,
    refuse_erased,
    reinvite,
)
from viva.gateway.application.erasing import erase
from viva.gateway.application.glass_box import glass_box, read_bundle
from viva.gateway.application.labelling import relabel
from viva.gateway.application.ordering import Ordered, order_interview
from viva.gateway.application.ports import InterviewFilter
from viva.gateway.application.presenting import Json, interview_document, override_document
from viva.gateway.application.publishing import document_of
from viva.gateway.application.reading import (
    add_transcripts,
    audited_filters,
    candidate_document,
    summaries,
)
from viva.gateway.application.rescoring import find as find_replayable
from viva.gateway.application.rescoring import rescore
from viva.gateway.application.reviewing import OverrideScore, override_score
from viva.gateway.application.simulating import simulation_of
from viva.gateway.domain.access import Caller, Scope
from viva.gateway.domain.errors import Fault, InvalidInputError
from viva.gateway.domain.library import Framework
from viva.gateway.domain.library_rules import check
from viva.gateway.domain.lifecycle import Status
from viva.gateway.entrypoints.authentication import ApiRoute, allowed, reply, show
from viva.gateway.entrypoints.lists import Paging, list_document, listing
from viva.gateway.entrypoints.schemas.documents.base import ListDocument
from viva.gateway.entrypoints.schemas.documents.interviews import (
    InterviewDocument,
    InterviewSummary,
    InterviewWithLink,
)
from viva.gateway.entrypoints.schemas.documents.reviews import OverrideDocument
from viva.gateway.entrypoints.schemas.explanations import ExplanationDocument, RescoreDocument
from viva.gateway.entrypoints.schemas.fields import Moment
from viva.gateway.entrypoints.schemas.interviews import (
    CancelBody,
    CreateInterviewBody,
    LabelsBody,
    OverrideBody,
    ReinviteBody,
    SimulateBody,
    expiry,
)
from viva.gateway.entrypoints.state import gateway, simulations

router = APIRouter(prefix="/v1/interviews", tags=["interviews"], route_class=ApiRoute)
Reader = Annotated[Caller, allowed(Scope.INTERVIEWS_READ)]
Writer = Annotated[Caller, allowed(Scope.INTERVIEWS_WRITE)]
Reviewer = Annotated[Caller, allowed(Scope.REVIEWS_WRITE)]
MomentQuery = Annotated[Moment | None, Query()]
_METADATA_FILTER: Any = {
    "parameters": [
        {
            "name": "metadata",
            "in": "query",
            "style": "deepObject",
            "explode": True,
            "description": "metadata[key]=value; several narrow the list",
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    ]
}


@router.post("", status_code=201, response_model=InterviewWithLink)
async def create_interview(body: CreateInterviewBody, request: Request, who: Writer) -> Response:
    """Makes an interview and its join link. Without a credit: 402, and nothing runs.

    What it uses (persona, framework, question set) is frozen into it.
    """
    parts = gateway(request)
    command = body.command(parts.context.now())
    if isinstance(command.framework, Framework):
        policy = parts.context.policy
        check(
            command.framework,
            languages=policy.languages,
            voices=policy.voices,
            at="/framework",
        )
        await refuse_indistinct(parts.scoring, command.framework, at="/framework")
    async with parts.open_work() as work:
        ordered = await order_interview(work, parts.context, who, command)
        return await reply(request, work, 201, _with_link(request, ordered))


@router.get("", response_model=ListDocument[InterviewSummary], openapi_extra=_METADATA_FILTER)
async def list_interviews(
    request: Request,
    who: Reader,
    cursor: Paging,
    status: Annotated[list[Status] | None, Query()] = None,
    external_id: Annotated[str | None, Query(max_length=200)] = None,
    tag: Annotated[str | None, Query(max_length=40)] = None,
    created_from: MomentQuery = None,
    created_before: MomentQuery = None,
) -> Response:
    """Lists interviews, newest first, without explanations and answers."""
    parts = gateway(request)
    where = InterviewFilter(
        tenant_id=who.tenant_id,
        test_mode=who.test_mode,
        statuses=status or (),
        external_id=external_id or "",
        metadata=_metadata(request),
        tag=tag or "",
        created_from=created_from,
        created_before=created_before,
    )
    async with parts.open_work() as work:
        page = await summaries(work, parts.context, where, cursor)
        ids = [document["id"] for document in page.items]
        filters = audited_filters(where)
        await auditing.note_list(
            work, parts.context, who, "interview.list", "interviews", ids, **filters
        )
        return show(list_document(page, lambda document: document))


@router.get("/{interview_id}", response_model=InterviewDocument)
async def get_interview(
    interview_id: str,
    request: Request,
    who: Reader,
    include: Annotated[
        list[Literal["transcript", "candidate"]] | None,
        Query(description="Adds what is left out by default"),
    ] = None,
) -> Response:
    """Reads an interview: its verdict once there is one, with explanations."""
    parts = gateway(request)
    async with parts.open_work() as work:
        interview = await owned(work, who, interview_id)
        if include:
            refuse_erased(interview)
        document = await document_of(work, parts.context, interview)
        if interview.current.verdict or include:
            what = ",".join(sorted(include or ()))
            await auditing.note(
                work, parts.context, who, "interview.read", interview_id, include=what
            )
    if "candidate" in (include or ()):
        document["candidate"] = candidate_document(interview)
    if "transcript" in (include or ()):
        await add_transcripts(document, interview.current.bundle, parts.objects)
    return show(document)


@router.patch("/{interview_id}", response_model=InterviewDocument)
async def update_interview(
    interview_id: str, body: LabelsBody, request: Request, who: Writer
) -> Response:
    """Changes your own labels. Everything else is frozen when the interview is ordered."""
    parts = gateway(request)
    async with parts.open_work() as work:
        interview = await relabel(work, parts.context, who, body.command(interview_id))
        return await reply(request, work, 200, await document_of(work, parts.context, interview))


@router.get("/{interview_id}/explanation", response_model=ExplanationDocument)
async def explain_interview(interview_id: str, request: Request, who: Reader) -> Response:
    """Reads why each score is as it is, and the framework that it was measured with."""
    parts = gateway(request)
    async with parts.open_work() as work:
        interview = await owned(work, who, interview_id)
        refuse_erased(interview)
        document = await document_of(work, parts.context, interview)
        record = await work.records.get(interview_id, interview.current.attempt)
        await auditing.note(work, parts.context, who, "interview.explain", interview_id)
    bundle = await read_bundle(interview.current.bundle, parts.objects)
    return show(_explanation(document) | glass_box(record, bundle))


@router.post("/{interview_id}/rescore", response_model=RescoreDocument)
async def rescore_interview(interview_id: str, request: Request, who: Reader) -> Response:
    """Computes the score again from what the verdict kept; the verdict stays as it is.

    The same versions give the same bytes; others give a list of what differs. 410 after erasure.
    """
    parts = gateway(request)
    async with parts.open_work() as work:
        found = await find_replayable(work, who, interview_id)
    # Nothing is locked meanwhile: it takes as long as scoring does.
    document = await rescore(found, parts.scoring)
    async with parts.open_work() as work:
        identical = str(document["identical"]).lower()
        await auditing.note(
            work, parts.context, who, "interview.rescore", interview_id, identical=identical
        )
        return await reply(request, work, 200, document)


@router.delete("/{interview_id}", status_code=202, response_model=InterviewDocument)
async def erase_interview(interview_id: str, request: Request, who: Writer) -> Response:
    """Erases an interview that is over: recording, transcript, scores and all that names somebody.

    The id stays known and says `erased`. `erasure.completed_at` tells when every service has
    confirmed; asking again changes nothing.
    """
    parts = gateway(request)
    async with parts.open_work() as work:
        interview = await erase(work, parts.context, who, interview_id)
        return await reply(request, work, 202, await document_of(work, parts.context, interview))


@router.post("/{interview_id}/cancel", status_code=202, response_model=InterviewDocument)
async def cancel_interview(
    interview_id: str, request: Request, who: Writer, body: CancelBody | None = None
) -> Response:
    """Calls an interview off. It is cancelled once its status says so."""
    parts = gateway(request)
    async with parts.open_work() as work:
        reason = body.reason if body else ""
        interview = await cancel(work, parts.context, who, interview_id, reason)
        return await reply(request, work, 202, await document_of(work, parts.context, interview))


@router.post("/{interview_id}/simulate", status_code=202, response_model=InterviewDocument)
async def simulate_candidate(
    interview_id: str, request: Request, who: Writer, body: SimulateBody | None = None
) -> Response:
    """Lets a simulated candidate take a test interview: real speech, real scores, never billed.

    It joins as soon as the interview is ready and takes as long as a person would.
    """
    parts = gateway(request)
    given = body or SimulateBody()
    async with parts.open_work() as work:
        simulation = await simulation_of(
            work, parts.context, who, interview_id, given.behaviour, given.answers
        )
        simulations(request).start(simulation)
        interview = await owned(work, who, interview_id)
        return await reply(request, work, 202, await document_of(work, parts.context, interview))


@router.post("/{interview_id}/reinvite", status_code=201, response_model=InterviewWithLink)
async def reinvite_candidate(
    interview_id: str, request: Request, who: Writer, body: ReinviteBody | None = None
) -> Response:
    """Gives a fresh link for a fresh attempt; every link before it is dead at once."""
    parts = gateway(request)
    given = body or ReinviteBody()
    expires_at = expiry(given.expires_at, given.expires_in_s, parts.context.now())
    async with parts.open_work() as work:
        ordered = await reinvite(work, parts.context, who, Reinvite(interview_id, expires_at))
        return await reply(request, work, 201, _with_link(request, ordered))


@router.post("/{interview_id}/overrides", status_code=201, response_model=OverrideDocument)
async def override_interview_score(
    interview_id: str, body: OverrideBody, request: Request, who: Reviewer
) -> Response:
    """Replaces a score; the original, the reason, who and when stay in the verdict."""
    parts = gateway(request)
    command = OverrideScore(interview_id, body.target, body.value, body.reason, body.by)
    async with parts.open_work() as work:
        override = await override_score(work, parts.context, who, command)
        return await reply(request, work, 201, override_document(override))


@router.get("/{interview_id}/overrides", response_model=ListDocument[OverrideDocument])
async def list_overrides(interview_id: str, request: Request, who: Reader) -> Response:
    """Lists the overrides of all attempts, oldest first."""
    parts = gateway(request)
    async with parts.open_work() as work:
        interview = await owned(work, who, interview_id)
        found = await work.reviews.overrides_of([interview.id])
        ids = [override.id for override in found]
        await auditing.note_list(work, parts.context, who, "override.list", interview_id, ids)
    return show(listing([override_document(override) for override in found]))


def _with_link(request: Request, ordered: Ordered) -> Json:
    # A fresh attempt has neither overrides nor reviews.
    public_url = gateway(request).context.policy.public_url
    document = interview_document(
        ordered.interview, overrides=(), reviews=(), public_url=public_url
    )
    code = {"call_code": ordered.call_code} if ordered.call_code else {}
    return document | {"join_url": ordered.join_url} | code


def _explanation(document: Json) -> Json:
    kept = ("interview_id", "status", "confidence", "confidence_reasons", "explanation", "versions")
    return {"object": "explanation"} | {key: document[key] for key in (*kept, "overrides")}


def _metadata(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if not name.startswith("metadata["):
            continue
        if not name.endswith("]") or len(value) > 500:
            raise InvalidInputError(
                "filter_invalid",
                "Filter metadata as metadata[key]=value.",
                (Fault(f"#query/{name[:60]}", "unreadable"),),
            )
        found[name.removeprefix("metadata[")[:-1]] = value
    return found
