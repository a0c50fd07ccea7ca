"""Sends the invitations that are due."""

import asyncio
import contextlib

from viva.notification.application.ports import InvitationStore, MailError, MailSender
from viva.platform.clock import Clock
from viva.platform.db import Database
from viva.platform.errors import TransientError
from viva.platform.log import get_logger

log = get_logger(__name__)
NOT_CONFIGURED = "smtp_not_configured"


class InvitationWorker:
    """Sends one invitation after another."""

    def __init__(
        self,
        database: Database,
        store: InvitationStore,
        mail: MailSender,
        clock: Clock,
        *,
        poll_s: float,
    ) -> None:
        self._database = database
        self._store = store
        self._mail = mail
        self._clock = clock
        self._poll_s = poll_s
        self._due = asyncio.Event()

    def wake(self) -> None:
        """Says that one may be due now."""
        self._due.set()

    async def run(self) -> None:
        """Works until it is cancelled."""
        while True:
            self._due.clear()
            if not await self._send_next():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._poll_s):
                        await self._due.wait()

    async def _send_next(self) -> bool:
        try:
            return await self._send_one()
        except TransientError as error:
            log.warning("invitations_not_claimed", error=error.code)
            return False

    async def _send_one(self) -> bool:
        async with self._database.unit_of_work() as uow:
            row = await self._store.claim_due(uow.session, self._clock.now())
            if row is None:
                return False
            try:
                await self._mail.send(row.email, row.subject, row.text or "")
            except MailError as error:
                row.mark_failed(self._clock.now(), str(error))
                log.warning("invitation_not_sent", invitation_id=row.id, error=str(error))
            else:
                row.mark_sent(self._clock.now())
                log.info("invitation_sent", invitation_id=row.id)
        return True
