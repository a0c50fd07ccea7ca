"""Calibration by the customer: ratings in, a fit with its report, and only then a new version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.scoring.v1 import scoring_pb2 as scoring
from viva.gateway.application import auditing, curating
from viva.gateway.application.calibration_report import report
from viva.gateway.application.context import Context
from viva.gateway.application.ports import Cursor, Page, ScoringModel, Work
from viva.gateway.domain.access import Caller
from viva.gateway.domain.bias_audit import Demographics
from viva.gateway.domain.calibration import (
    FEWEST_CANDIDATES,
    FEWEST_DOUBLE_RATED,
    Calibration,
    Count,
    Rating,
    count,
)
from viva.gateway.domain.errors import ConflictError, Fault, InvalidInputError, NotFoundError
from viva.gateway.domain.interview import Interview
from viva.gateway.domain.library import Competency, Entry, Fitted, Framework


@dataclass(frozen=True)
class Material:
    """All that a calibration is made from, read in one transaction.

    Attributes:
        counts: of usable ratings, by competency.
        unusable: rated interviews that cannot be used, by reason.
        overall: what the verdicts said, by interview.
        scores: likewise, by interview and competency.
    """

    framework: Entry[Framework]
    request: scoring.CalibrateRequest
    counts: Mapping[str, Count]
    unusable: Mapping[str, int]
    overall: Mapping[str, float]
    scores: Mapping[str, Mapping[str, float]]
    demographics: Sequence[Demographics]


async def upload(
    work: Work,
    context: Context,
    caller: Caller,
    framework_id: str,
    ratings: Sequence[Rating],
    places: Sequence[str],
) -> Mapping[str, Count]:
    """Stores ratings; a later one of the same person replaces the earlier.

    Args:
        places: where each stood: a JSON pointer, or the line of a CSV.

    Raises:
        InvalidInputError: `ratings_invalid`; nothing was stored.
    """
    framework = await _own(work, caller, framework_id)
    keys = {one.key for one in framework.definition.competencies}
    ids = sorted({one.interview_id for one in ratings})
    known = await work.demographics.known(caller.tenant_id, caller.test_mode, ids)
    seen: set[tuple[str, str, str]] = set()
    faults = []
    for one, place in zip(ratings, places, strict=True):
        identity = (one.interview_id, one.competency, one.rater)
        if one.interview_id not in known:
            faults.append(Fault(place, "There is no such interview.", "interview_unknown"))
        elif one.competency not in keys:
            listed = ", ".join(sorted(keys))
            faults.append(Fault(place, f"The competencies are: {listed}.", "competency_unknown"))
        elif identity in seen:
            faults.append(Fault(place, "is there already", "duplicate"))
        seen.add(identity)
    if faults:
        raise InvalidInputError(
            "ratings_invalid", "Nothing was stored: some ratings are wrong.", tuple(faults[:100])
        )
    await work.ratings.put(caller.tenant_id, framework_id, ratings)
    await auditing.note(
        work, context, caller, "ratings.upload", framework_id, ratings=str(len(ratings))
    )
    return await counts(work, caller, framework_id)


async def counts(work: Work, caller: Caller, framework_id: str) -> Mapping[str, Count]:
    """How much was rated, by competency."""
    framework = await _own(work, caller, framework_id)
    given = await work.ratings.of(framework_id)
    return {
        competency.key: count(one for one in given if one.competency == competency.key)
        for competency in framework.definition.competencies
    }


async def listed(
    work: Work, caller: Caller, framework_id: str, cursor: Cursor
) -> Page[Calibration]:
    """The calibrations of a framework."""
    await _own(work, caller, framework_id)
    return await work.calibrations.page(framework_id, cursor)


async def collect(work: Work, caller: Caller, framework_id: str) -> Material:
    """Reads what a calibration is made from.

    Raises:
        InvalidInputError: `too_few_ratings`, with what there is of each competency.
    """
    framework = await _own(work, caller, framework_id)
    blind = [one for one in await work.ratings.of(framework_id) if one.blind]
    ids = sorted({one.interview_id for one in blind})
    interviews = {
        one.id: one
        for one in await work.interviews.of(caller.tenant_id, ids)
        if one.test_mode == caller.test_mode
    }
    found = {
        (record.interview_id, record.attempt): record.score for record in await work.records.of(ids)
    }
    scores = {
        one.id: _parsed(found[one.id, one.current.attempt])
        for one in interviews.values()
        if (one.id, one.current.attempt) in found
    }
    material = _material(framework, blind, interviews, scores)
    _refuse_too_few(material)
    told = await work.demographics.of(caller.tenant_id, ids)
    return replace(material, demographics=told)


async def calibrate(material: Material, model: ScoringModel) -> scoring.CalibrateResponse:
    """Fits every competency that was rated enough, with no transaction open."""
    return await model.calibrate(material.request)


async def keep(
    work: Work,
    context: Context,
    caller: Caller,
    material: Material,
    fitted: scoring.CalibrateResponse,
) -> Calibration:
    """Stores the fit with its report; scores stay as they are until it is activated."""
    made = Calibration(
        id=context.ids.new("cal"),
        tenant_id=caller.tenant_id,
        framework_id=material.framework.id,
        framework_version=material.framework.version,
        created_at=context.now(),
        factors={
            one.key: {factor.code: factor.factor for factor in one.factors}
            for one in fitted.competencies
        },
        counts={
            one.key: (material.counts[one.key].candidates, material.counts[one.key].raters)
            for one in fitted.competencies
        },
        report=report(
            fitted,
            material.counts,
            material.unusable,
            material.framework.definition,
            material.scores,
            material.overall,
            material.demographics,
        ),
    )
    await work.calibrations.add(made)
    await auditing.note(work, context, caller, "calibration.create", made.id)
    return made


async def activate(
    work: Work, context: Context, caller: Caller, framework_id: str, calibration_id: str
) -> Calibration:
    """Stores the framework's next version, which scores with the fit; asking again changes nothing.

    Raises:
        ConflictError: `framework_changed`: a calibrated competency asks something else by now.
    """
    framework = await _own(work, caller, framework_id)
    found = await work.calibrations.lock(framework_id, calibration_id)
    if found is None:
        raise NotFoundError("calibration_unknown", f"There is no '{calibration_id}'.")
    if found.activated_version is not None:
        return found
    then = await curating.find(work, caller, Framework, framework_id, found.framework_version)
    before = {one.key: one for one in then.definition.competencies}
    now = {one.key: one for one in framework.definition.competencies}
    for key in found.factors:
        if key not in now or not now[key].asks_the_same(before[key]):
            raise ConflictError(
                "framework_changed", f"'{key}' asks something else by now: calibrate it again."
            )
    competencies = tuple(
        _calibrated(one, found) if one.key in found.factors else one
        for one in framework.definition.competencies
    )
    entry = replace(
        framework,
        version=framework.version + 1,
        created_at=context.now(),
        definition=replace(framework.definition, competencies=competencies),
    )
    await work.library.add(entry)
    activated = replace(found, activated_version=entry.version)
    await work.calibrations.save(activated)
    await auditing.note(
        work, context, caller, "calibration.activate", found.id, version=str(entry.version)
    )
    return activated


async def _own(work: Work, caller: Caller, framework_id: str) -> Entry[Framework]:
    framework = await curating.find(work, caller, Framework, framework_id)
    if not framework.tenant_id:
        raise ConflictError(
            "built_in",
            f"'{framework_id}' is built in: create a framework of your own with its competencies; "
            "interviews that used the built-in one count for it too.",
        )
    return framework


def _calibrated(competency: Competency, found: Calibration) -> Competency:
    candidates, raters = found.counts[competency.key]
    fitted = Fitted(found.id, found.factors[competency.key], candidates, raters)
    return replace(competency, calibration=fitted)


def _parsed(data: bytes) -> common.InterviewScore:
    return common.InterviewScore.FromString(data)


def _material(
    framework: Entry[Framework],
    blind: Sequence[Rating],
    interviews: Mapping[str, Interview],
    scores: Mapping[str, common.InterviewScore],
) -> Material:
    request = scoring.CalibrateRequest()
    unusable: dict[str, int] = {}
    usable: dict[str, list[Rating]] = {}
    competencies = {one.key: one for one in framework.definition.competencies}
    for key, rated in groupby(blind, key=lambda one: one.competency):
        if key not in competencies:
            continue
        fitted = scoring.RatedCompetency(key=key)
        for interview_id, group in groupby(rated, key=lambda one: one.interview_id):
            ratings = list(group)
            score = scores.get(interview_id)
            reason = _reason(competencies[key], interviews.get(interview_id), score)
            if reason or score is None:
                unusable[reason] = unusable.get(reason, 0) + 1
                continue
            usable.setdefault(key, []).extend(ratings)
            fitted.candidates.append(_candidate(interview_id, _found(score, key), ratings))
        if count(usable.get(key, ())).enough:
            request.competencies.append(fitted)
    return Material(
        framework,
        request,
        {key: count(usable.get(key, ())) for key in competencies},
        unusable,
        {key: score.overall for key, score in scores.items() if score.HasField("overall")},
        {
            key: {one.key: one.score for one in score.competencies if one.HasField("score")}
            for key, score in scores.items()
        },
        (),
    )


def _reason(
    competency: Competency, interview: Interview | None, score: common.InterviewScore | None
) -> str:
    """Why a rated interview cannot be used; empty where it can."""
    if interview is None or score is None:
        return "no_verdict"
    asked = {one.key: one for one in interview.order.script.framework.definition.competencies}
    if competency.key not in asked or not asked[competency.key].asks_the_same(competency):
        return "asked_otherwise"
    found = _found(score, competency.key)
    return "" if found.HasField("score") and found.questions else "no_score"


def _found(score: common.InterviewScore, key: str) -> common.CompetencyScore:
    return next((one for one in score.competencies if one.key == key), common.CompetencyScore())


def _candidate(
    interview_id: str, found: common.CompetencyScore, ratings: Sequence[Rating]
) -> scoring.RatedCandidate:
    return scoring.RatedCandidate(
        interview_id=interview_id,
        questions=found.questions,
        ratings=[scoring.Rating(rater=one.rater, score=one.points) for one in ratings],
    )


def _refuse_too_few(material: Material) -> None:
    if material.request.competencies:
        return
    faults = tuple(
        Fault(
            f"/competencies/{key}",
            f"{found.candidates} of {FEWEST_CANDIDATES} candidates, {found.double_rated} of "
            f"{FEWEST_DOUBLE_RATED} rated by two people",
            "too_few_ratings",
        )
        for key, found in material.counts.items()
    )
    unusable = ", ".join(f"{many} {reason}" for reason, many in sorted(material.unusable.items()))
    raise InvalidInputError(
        "too_few_ratings",
        "No competency has enough ratings by people who had not seen Viva's score"
        + (f"; ratings that cannot be used: {unusable}." if unusable else "."),
        faults,
    )
