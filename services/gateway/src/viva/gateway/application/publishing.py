"""The document of an interview, as GET shows it and as the public topic tells it."""

from dataclasses import replace

from viva.gateway.application.context import Context
from viva.gateway.application.ports import Work
from viva.gateway.application.presenting import Json, interview_document
from viva.gateway.domain.interview import Interview


async def document_of(work: Work, context: Context, interview: Interview) -> Json:
    """Builds the document as it is in this unit of work."""
    return interview_document(
        interview,
        overrides=await work.reviews.overrides_of([interview.id]),
        reviews=await work.reviews.of_interviews([interview.id]),
        public_url=context.policy.public_url,
    )


async def save_and_publish(
    work: Work, context: Context, interview: Interview, event_type: str
) -> Interview:
    """Stores a change and tells it to the world, both with the commit."""
    changed = replace(interview, changes=interview.changes + 1)
    await work.interviews.save(changed)
    document = await document_of(work, context, changed)
    work.publish(event_type, document, interview_id=interview.id)
    return changed
