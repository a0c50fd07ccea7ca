"""Reading interviews: the document, the transcript, who the candidate is."""

from viva.contracts.common.v1 import common_pb2 as common
from viva.gateway.application.context import Context
from viva.gateway.application.ports import BundleStore, Cursor, InterviewFilter, Page, Work
from viva.gateway.application.presenting import Json, interview_document, timestamp
from viva.gateway.domain.interview import Interview, StoredObject

# What a list leaves out.
_DETAILS = ("explanation", "answers")
# The customer's own words may name a candidate.
_UNTOLD_FILTERS = ("external_id", "metadata", "tag")


async def summaries(
    work: Work, context: Context, where: InterviewFilter, cursor: Cursor
) -> Page[Json]:
    """Lists interviews without explanations and answers."""
    page = await work.interviews.page(where, cursor)
    ids = [interview.id for interview in page.items]
    overrides = await work.reviews.overrides_of(ids) if ids else ()
    reviews = await work.reviews.of_interviews(ids) if ids else ()
    documents = []
    for interview in page.items:
        document = interview_document(
            interview,
            overrides=[found for found in overrides if found.interview_id == interview.id],
            reviews=[found for found in reviews if found.interview_id == interview.id],
            public_url=context.policy.public_url,
        )
        documents.append({key: document[key] for key in document if key not in _DETAILS})
    return Page(tuple(documents), page.has_more)


def audited_filters(where: InterviewFilter) -> dict[str, str]:
    """What the audit log says of a list's filters: of the customer's own words only which."""
    return {
        "status": ",".join(where.statuses),
        "created_from": timestamp(where.created_from) or "",
        "created_before": timestamp(where.created_before) or "",
        "filtered_by": ",".join(name for name in _UNTOLD_FILTERS if getattr(where, name)),
    }


def candidate_document(interview: Interview) -> Json:
    """Shows the contact data; only on request."""
    candidate = interview.order.candidate
    return {
        "name": candidate.name or None,
        "email": candidate.email or None,
        "phone": candidate.phone or None,
    }


async def add_transcripts(document: Json, bundle: StoredObject | None, store: BundleStore) -> None:
    """Puts the words of each answer into the document; from the stored bundle."""
    if bundle is None:
        return
    content = common.InterviewBundle()
    content.ParseFromString(await store.get(bundle.key, bundle.sha256))
    found = {(part.answer.answer_id, part.answer.revision): part for part in content.answers}
    for answer in document["answers"]:
        part = found.get((answer["id"], answer["revision"]))
        answer["transcript"] = _transcript(part) if part else None


def _transcript(part: common.AnswerBundle) -> Json:
    attributed = part.transcript
    kept = [word for word in attributed.words if not word.dropped]
    return {
        "language": attributed.language or part.answer.language,
        "text": part.answer.typed_text or " ".join(word.text.strip() for word in kept),
        "words": [
            {
                "text": word.text,
                "start_ms": word.start_ms,
                "end_ms": word.end_ms,
                "confidence": word.confidence,
                "speaker": word.speaker or None,
                "dropped": word.dropped,
            }
            for word in attributed.words
        ],
    }
