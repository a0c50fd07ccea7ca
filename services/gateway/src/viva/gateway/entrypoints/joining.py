"""The candidate's REST call: the token of the link for a session credential."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from viva.gateway.application.join import Exchanged
from viva.gateway.entrypoints.state import gateway

router = APIRouter(prefix="/v1/join", tags=["join"])


class ExchangeRequest(BaseModel):
    """The token from the fragment of the join link."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class JoinedInterview(BaseModel):
    """What the page shows before the conversation begins."""

    id: str
    status: str
    company_name: str
    accent_color: str
    role: str
    persona_name: str
    language: str
    questions: int
    consent_mode: str
    captions: bool
    text_answers: bool
    thinking_time_factor: float


class ExchangeResponse(BaseModel):
    """A credential for the WebSocket, and what the candidate is about to join."""

    credential: str
    expires_at: str
    interview: JoinedInterview


@router.post("/exchange", summary="Swap a join token for a session credential")
async def exchange(body: ExchangeRequest, request: Request) -> ExchangeResponse:
    """Needs no API key. May be repeated (reload, second device) until the interview is over."""
    parts = gateway(request)
    address = request.client.host if request.client else ""
    request.state.rate_limit_headers = parts.join_rate_limit.take(address)
    return _present(await parts.join.exchange(body.token))


def _present(exchanged: Exchanged) -> ExchangeResponse:
    interview = exchanged.interview
    order = interview.order
    persona = order.script.persona.definition
    return ExchangeResponse(
        credential=exchanged.credential,
        expires_at=exchanged.expires_at.isoformat(),
        interview=JoinedInterview(
            id=interview.id,
            status=interview.status,
            company_name=persona.branding.company_name,
            accent_color=persona.branding.accent_color,
            role=order.role,
            persona_name=persona.name,
            language=persona.language,
            questions=order.script.scored_questions,
            consent_mode=order.consent_mode,
            captions=order.accommodations.captions,
            text_answers=order.accommodations.text_answers,
            thinking_time_factor=order.accommodations.thinking_time_factor,
        ),
    )
