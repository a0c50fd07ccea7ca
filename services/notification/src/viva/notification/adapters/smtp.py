"""Sends e-mail by SMTP."""

from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib

from viva.notification.application.ports import MailError


class SmtpMailSender:
    """Implements MailSender.

    Args:
        url: `smtp://user:password@host:587` (STARTTLS where offered) or `smtps://...`.
        sender: the From address.
    """

    def __init__(self, url: str, sender: str, *, timeout_s: float = 20) -> None:
        self._parts = urlsplit(url)
        self._sender = sender
        self._timeout_s = timeout_s

    async def send(self, to: str, subject: str, text: str) -> None:
        """Sends one plain-text message."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = subject
        message.set_content(text)
        parts = self._parts
        secure = parts.scheme == "smtps"
        try:
            await aiosmtplib.send(
                message,
                hostname=parts.hostname,
                port=parts.port or (465 if secure else 587),
                username=unquote(parts.username) if parts.username else None,
                password=unquote(parts.password) if parts.password else None,
                use_tls=secure,
                timeout=self._timeout_s,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailError(type(error).__name__) from error
