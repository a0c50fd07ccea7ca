"""The text of an invitation."""

from datetime import datetime


def subject(company_name: str, role: str) -> str:
    """Gives the subject line."""
    company = f" with {company_name}" if company_name else ""
    return f"Your interview{company}: {role}"


def body(
    candidate_name: str, company_name: str, role: str, join_url: str, expires_at: datetime
) -> str:
    """Gives the text; the link in it is a secret of the candidate."""
    hello = f"Hello {candidate_name}," if candidate_name else "Hello,"
    company = company_name or "The company that you applied to"
    return f"""{hello}

{company} invites you to an interview for the role: {role}.

You talk with an automated interviewer in your browser, at a time that suits you, until
{expires_at:%d %B %Y, %H:%M} UTC. You need a quiet place and a microphone.

Open your link when you are ready:

{join_url}

The link is yours alone: please do not pass it on. If you need more time, captions, or a
conversation with a person instead, answer to whoever invited you.
"""
