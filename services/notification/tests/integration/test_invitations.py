"""Invitations through a real SMTP conversation, and without a mail server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import grpc
import pytest
import pytest_asyncio

from viva.contracts.notification.v1 import invitations_pb2 as messages
from viva.contracts.notification.v1.invitations_pb2_grpc import InvitationServiceStub
from viva.notification.service import service
from viva.notification.settings import NotificationSettings
from viva.platform.service import Runtime
from viva.platform.settings import PlatformSettings
from viva.testkit.events import eventually

LINK = "https://viva.example/join#t=secret"


@dataclass
class MailServer:
    """Speaks just enough SMTP; refuses as many messages as it is told to."""

    refuse: int = 0
    port: int = 0
    letters: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                letter = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(message_from_bytes(letter, policy=default).get_content())
                writer.write(b"250 kept\r\n")
            elif verb == b"MAIL" and self.refuse:
                self.refuse -= 1
                writer.write(b"451 not now\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        await writer.drain()
        writer.close()


@pytest_asyncio.fixture
async def mail() -> AsyncIterator[MailServer]:
    mail = MailServer()
    server = await asyncio.start_server(mail.serve, "127.0.0.1", 0)
    mail.port = server.sockets[0].getsockname()[1]
    yield mail
    server.close()


@asynccontextmanager
async def invitations(
    platform: PlatformSettings, smtp_url: str | None
) -> AsyncIterator[InvitationServiceStub]:
    settings = NotificationSettings.model_validate(
        {"http_port": 0, "grpc_port": 0, "poll_s": 0.05, "smtp_url": smtp_url}
    )
    runtime = Runtime(service, platform, settings)
    await runtime.start()
    try:
        target = f"127.0.0.1:{runtime.grpc_server().port}"
        async with grpc.aio.insecure_channel(target) as channel:
            yield InvitationServiceStub(channel)
    finally:
        await runtime.stop()


def request(**changes: str) -> messages.SendInvitationRequest:
    fields = {
        "id": "inv_1",
        "tenant_id": "ten_1",
        "interview_id": "iv_1",
        "email": "candidate@example.com",
        "candidate_name": "Ada",
        "company_name": "Acme",
        "role": "Engineer",
        "join_url": LINK,
        **changes,
    }
    made = messages.SendInvitationRequest(**fields)
    made.expires_at.FromDatetime(datetime(2026, 5, 1, tzinfo=UTC))
    return made


async def listed(stub: InvitationServiceStub) -> messages.Invitation:
    asked = messages.ListInvitationsRequest(tenant_id="ten_1", interview_id="iv_1")
    (found,) = (await stub.ListInvitations(asked)).invitations
    return found


async def test_an_invitation_is_sent_once(
    platform_settings: PlatformSettings, mail: MailServer
) -> None:
    async with invitations(platform_settings, f"smtp://127.0.0.1:{mail.port}") as stub:
        await stub.SendInvitation(request())
        await stub.SendInvitation(request())

        async def sent() -> bool:
            return (await listed(stub)).status == messages.INVITATION_STATUS_SENT

        await eventually(sent)
    (letter,) = mail.letters
    assert LINK in letter
    assert "Acme invites you" in letter


async def test_without_a_mail_server_it_says_so(platform_settings: PlatformSettings) -> None:
    async with invitations(platform_settings, None) as stub:
        answer = await stub.SendInvitation(request())
        assert answer.invitation.status == messages.INVITATION_STATUS_FAILED
        assert (await listed(stub)).error == "smtp_not_configured"


async def test_a_refusal_is_kept_and_tried_later(
    platform_settings: PlatformSettings, mail: MailServer
) -> None:
    mail.refuse = 1
    async with invitations(platform_settings, f"smtp://127.0.0.1:{mail.port}") as stub:
        await stub.SendInvitation(request())

        async def refused() -> bool:
            return bool((await listed(stub)).error)

        await eventually(refused)
        assert (await listed(stub)).status == messages.INVITATION_STATUS_PENDING
    assert mail.letters == []


@pytest.mark.parametrize("email", ["", "nobody", "a@b\r\nBcc: c@d"])
async def test_what_is_no_address_is_refused(
    platform_settings: PlatformSettings, email: str
) -> None:
    async with invitations(platform_settings, None) as stub:
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await stub.SendInvitation(request(email=email))
        assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT
