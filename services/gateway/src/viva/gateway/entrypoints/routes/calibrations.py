"""Calibration of a framework by the customer's own raters."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from viva.gateway.application import auditing, calibrating
from viva.gateway.application.presenting import Json
from viva.gateway.domain.access import Caller, Scope
from viva.gateway.domain.calibration import Calibration, Rating
from viva.gateway.entrypoints.authentication import ApiRoute, allowed, reply, show
from viva.gateway.entrypoints.lists import Paging, list_document
from viva.gateway.entrypoints.schemas.calibration import (
    COLUMNS,
    CalibrationDocument,
    RatingsBody,
    RatingsDocument,
    calibration_document,
    ratings_document,
    read_csv,
)
from viva.gateway.entrypoints.schemas.documents.base import ListDocument
from viva.gateway.entrypoints.state import gateway

router = APIRouter(
    prefix="/v1/frameworks/{framework_id}", tags=["calibration"], route_class=ApiRoute
)
Reader = Annotated[Caller, allowed(Scope.LIBRARY_READ)]
Writer = Annotated[Caller, allowed(Scope.LIBRARY_WRITE)]
_CSV_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {
                "schema": {"type": "string", "description": f"Columns: {', '.join(COLUMNS)}"}
            }
        },
    }
}


@router.put("/ratings", response_model=RatingsDocument)
async def upload_ratings(
    framework_id: str, body: RatingsBody, request: Request, who: Writer
) -> Response:
    """Stores raters' levels of past interviews; a later one of the same person replaces it."""
    places = [f"/ratings/{place}" for place in range(len(body.ratings))]
    return await _store(request, who, framework_id, [one.rating() for one in body.ratings], places)


@router.put("/ratings.csv", response_model=RatingsDocument, openapi_extra=_CSV_BODY)
async def upload_ratings_csv(framework_id: str, request: Request, who: Writer) -> Response:
    """The same as a CSV in UTF-8; pointers of problems name the line and the column."""
    ratings, places = read_csv(await request.body())
    return await _store(request, who, framework_id, ratings, places)


async def _store(
    request: Request, who: Caller, framework_id: str, ratings: list[Rating], places: list[str]
) -> Response:
    parts = gateway(request)
    async with parts.open_work() as work:
        found = await calibrating.upload(work, parts.context, who, framework_id, ratings, places)
        return await reply(request, work, 200, ratings_document(framework_id, found))


@router.get("/ratings", response_model=RatingsDocument)
async def count_ratings(framework_id: str, request: Request, who: Reader) -> Response:
    """Tells how much was rated and what a calibration needs."""
    async with gateway(request).open_work() as work:
        found = await calibrating.counts(work, who, framework_id)
        return show(ratings_document(framework_id, found))


@router.post("/calibrations", status_code=201, response_model=CalibrationDocument)
async def calibrate(framework_id: str, request: Request, who: Writer) -> Response:
    """Fits the weights of the evidence to the ratings and reports how well they agree.

    Needs, for a competency, 100 rated candidates, 30 of them rated by two people, all of whom had
    not seen Viva's score. Nobody is scored by it before it is activated. The report's impact is
    for keys with the scope `bias_audit:read`.
    """
    parts = gateway(request)
    async with parts.open_work() as work:
        material = await calibrating.collect(work, who, framework_id)
    fitted = await calibrating.calibrate(material, parts.scoring)
    async with parts.open_work() as work:
        made = await calibrating.keep(work, parts.context, who, material, fitted)
        return await reply(request, work, 201, _document(who, made))


@router.get("/calibrations", response_model=ListDocument[CalibrationDocument])
async def list_calibrations(
    framework_id: str, request: Request, who: Reader, paging: Paging
) -> Response:
    """Lists the calibrations of a framework with their reports."""
    parts = gateway(request)
    async with parts.open_work() as work:
        found = await calibrating.listed(work, who, framework_id, paging)
        if who.may(Scope.BIAS_AUDIT_READ):
            ids = [one.id for one in found.items]
            await auditing.note_list(
                work, parts.context, who, "calibration.list", framework_id, ids, impact="shown"
            )
        return show(list_document(found, lambda one: _document(who, one)))


@router.post("/calibrations/{calibration_id}/activate", response_model=CalibrationDocument)
async def activate_calibration(
    framework_id: str, calibration_id: str, request: Request, who: Writer
) -> Response:
    """Stores the framework's next version, which scores with the fitted weights.

    Verdicts that were given stay, and so does the version of vacancies that have begun.
    """
    parts = gateway(request)
    async with parts.open_work() as work:
        found = await calibrating.activate(work, parts.context, who, framework_id, calibration_id)
        return await reply(request, work, 200, _document(who, found))


def _document(who: Caller, found: Calibration) -> Json:
    return calibration_document(found, audited=who.may(Scope.BIAS_AUDIT_READ))
