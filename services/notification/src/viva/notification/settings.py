"""notification's settings, prefix VIVA_NOTIFICATION_."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from viva.platform.settings import ServiceSettings


class NotificationSettings(ServiceSettings):
    """What notification can be told by the environment."""

    model_config = SettingsConfigDict(env_prefix="VIVA_NOTIFICATION_", frozen=True, extra="ignore")

    http_port: int = 8087
    grpc_port: int = 9087
    concurrency: int = Field(16, ge=1, description="Deliveries under way at once.")
    per_endpoint: int = Field(4, ge=1, description="Of them, to one endpoint.")
    timeout_s: float = Field(15, gt=0, description="Of one try.")
    poll_s: float = Field(0.5, gt=0, description="How often to look for tries that are due.")
    allow_private_targets: bool = Field(
        False, description="Lets webhooks go to private addresses and plain http; local use only."
    )
    smtp_url: SecretStr | None = Field(None, description="smtp://user:password@host:587")
    smtp_sender: str = "Viva <no-reply@localhost>"
