"""The composition root of notification."""

from viva.contracts.notification.v1.invitations_pb2_grpc import (
    add_InvitationServiceServicer_to_server,
)
from viva.contracts.notification.v1.webhooks_pb2_grpc import add_WebhookServiceServicer_to_server
from viva.notification.adapters import deliveries, endpoints, erasure, invitations
from viva.notification.adapters.http_sender import HttpWebhookSender
from viva.notification.adapters.smtp import SmtpMailSender
from viva.notification.application.deliver import DeliveryWorker
from viva.notification.application.invite import InvitationWorker
from viva.notification.entrypoints import kafka
from viva.notification.entrypoints.grpc_invitations import InvitationServicer
from viva.notification.entrypoints.grpc_webhooks import WebhookServicer
from viva.notification.settings import NotificationSettings
from viva.platform.service import Runtime, Service


async def build(runtime: Runtime, settings: NotificationSettings) -> None:
    """Puts notification together."""
    database = runtime.database()
    sender = runtime.add(
        HttpWebhookSender(
            runtime.clock,
            timeout_s=settings.timeout_s,
            allow_private=settings.allow_private_targets,
        )
    )
    worker = DeliveryWorker(
        database,
        deliveries,
        sender,
        runtime.clock,
        concurrency=settings.concurrency,
        per_endpoint=settings.per_endpoint,
        poll_s=settings.poll_s,
    )
    runtime.task("deliveries", worker.run)
    invite = _invitations(runtime, settings)

    server = runtime.grpc_server()
    webhooks = WebhookServicer(
        database,
        endpoints,
        deliveries,
        runtime.clock,
        runtime.ids,
        allow_private=settings.allow_private_targets,
        wake=worker.wake,
    )
    server.add(lambda grpc_server: add_WebhookServiceServicer_to_server(webhooks, grpc_server))
    server.add(lambda grpc_server: add_InvitationServiceServicer_to_server(invite, grpc_server))
    kafka.register(runtime.messaging(), deliveries, runtime.clock, worker.wake, erasure.erase)


def _invitations(runtime: Runtime, settings: NotificationSettings) -> InvitationServicer:
    database = runtime.database()
    if settings.smtp_url is None:
        return InvitationServicer(
            database, invitations, runtime.clock, configured=False, wake=lambda: None
        )
    mail = SmtpMailSender(settings.smtp_url.get_secret_value(), settings.smtp_sender)
    worker = InvitationWorker(
        database, invitations, mail, runtime.clock, poll_s=settings.poll_s * 10
    )
    runtime.task("invitations", worker.run)
    return InvitationServicer(
        database, invitations, runtime.clock, configured=True, wake=worker.wake
    )


service = Service("notification", NotificationSettings, build, "viva.notification.migrations")
