"""Demographics come from the employer, stay in a store of their own, and leave it as sums only."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from viva.gateway.application import auditing
from viva.gateway.application.context import Context
from viva.gateway.application.ports import Work
from viva.gateway.application.presenting import timestamp
from viva.gateway.domain.access import Caller
from viva.gateway.domain.bias_audit import FEWEST, Demographics, tables
from viva.gateway.domain.errors import Fault, InvalidInputError

Json = dict[str, Any]


async def upload(
    work: Work, context: Context, caller: Caller, records: Sequence[Demographics]
) -> int:
    """Stores them; a later record of an interview replaces an earlier one.

    Raises:
        InvalidInputError: an interview is named twice, or is not the caller's; with pointers.
    """
    ids = [record.interview_id for record in records]
    known = await work.demographics.known(caller.tenant_id, caller.test_mode, ids)
    seen: set[str] = set()
    faults = []
    for place, interview_id in enumerate(ids):
        pointer = f"/records/{place}/interview_id"
        if interview_id not in known:
            faults.append(Fault(pointer, "There is no such interview.", "interview_unknown"))
        elif interview_id in seen:
            faults.append(Fault(pointer, "is there already", "duplicate"))
        seen.add(interview_id)
    if faults:
        raise InvalidInputError(
            "demographics_invalid", "Nothing was stored: some records are wrong.", tuple(faults)
        )
    await work.demographics.put(caller.tenant_id, records)
    await auditing.note(
        work, context, caller, "demographics.upload", "bias_audit", records=str(len(records))
    )
    return len(records)


async def forget(work: Work, context: Context, caller: Caller, interview_id: str) -> None:
    """Deletes what was told of one interview's candidate; asking again changes nothing."""
    await work.demographics.delete(caller.tenant_id, interview_id)
    await auditing.note(work, context, caller, "demographics.delete", interview_id)


async def report(
    work: Work,
    context: Context,
    caller: Caller,
    created_from: datetime | None,
    created_before: datetime | None,
) -> Json:
    """Rates and impact ratios of the caller's finished interviews; no single person is in it."""
    sample = await work.demographics.sample(
        caller.tenant_id, caller.test_mode, created_from, created_before
    )
    await auditing.note(work, context, caller, "bias_audit.export", "bias_audit")
    return {
        "object": "bias_audit",
        "created_from": timestamp(created_from),
        "created_before": timestamp(created_before),
        "interviews": len(sample),
        "without_score": sum(one.score is None for one in sample),
        "fewest_compared": FEWEST,
        "tables": [
            {
                **asdict(table),
                "status": "sufficient" if table.sufficient else "insufficient",
                "lines": [asdict(line) for line in table.lines],
            }
            for table in tables(sample)
        ],
    }
