"""Settings: read once from the environment, frozen, passed on as values."""

from typing import Any, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from viva.platform.errors import VivaError

AnySettings = TypeVar("AnySettings", bound=BaseSettings)


class SettingsError(VivaError):
    """The process cannot start with the settings that it was given."""

    code = "settings"


class PlatformSettings(BaseSettings):
    """What every service needs to know about where it runs. Variables start with `VIVA_`."""

    model_config = SettingsConfigDict(env_prefix="VIVA_", frozen=True, extra="ignore")

    kafka_bootstrap: str | None = None
    kafka_idempotence: bool = Field(True, description="Off only for the embedded broker.")
    kafka_session_timeout_ms: int | None = Field(None, ge=1000, description="Of group members.")
    kafka_embedded: bool = Field(False, description="The broker forgets all when it dies.")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None
    topic_prefix: str = ""

    database_url: SecretStr | None = None
    database_pool_size: int = Field(5, ge=1)
    migrate_on_start: bool = True

    objects_url: str | None = Field(
        None, description="file:///path, s3://bucket/prefix, gs://, az://"
    )

    otlp_endpoint: str | None = Field(None, description="OTLP over HTTP, such as http://host:4318")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"

    outbox_keep_hours: float = Field(168, gt=0, description="Of rows that are published.")
    inbox_keep_hours: float = Field(1080, gt=0, description="Longer than topics and dead letters.")
    handler_concurrency: int = Field(8, ge=1, description="Records handled at once in a process.")
    longest_job_s: float = Field(600, gt=0, description="No handler of an event takes longer.")

    session_target: str = "127.0.0.1:9081"
    telephony_target: str = "127.0.0.1:9082"
    asr_target: str = "127.0.0.1:9083"
    notification_target: str = "127.0.0.1:9087"
    public_url: str = "http://127.0.0.1:8080"

    def require(self, field: str) -> str:
        """Reads a setting that this process cannot do without.

        Raises:
            SettingsError: it is not set; the text names the variable.
        """
        value = getattr(self, field)
        if value is None or value == "":
            hint = type(self).model_fields[field].description or "see `viva doctor`"
            raise SettingsError(f"VIVA_{field.upper()} is not set ({hint})")
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


class ServiceSettings(BaseSettings):
    """Base of each service's own settings; the subclass sets `env_prefix` and its ports."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    http_host: str = "127.0.0.1"
    http_port: int = 0
    grpc_host: str = "127.0.0.1"
    grpc_port: int = 0
    drain_timeout_s: float = Field(30, gt=0)
    stop_timeout_s: float = Field(10, gt=0, description="For each part.")


def load(settings: type[AnySettings], **overrides: Any) -> AnySettings:
    """Builds settings from the environment.

    Raises:
        SettingsError: something is missing or wrong; the text names each variable.
    """
    try:
        return settings(**overrides)
    except ValidationError as error:
        prefix = settings.model_config.get("env_prefix", "")
        lines = [
            f"{prefix}{'__'.join(str(part) for part in item['loc'])}".upper() + f": {_reason(item)}"
            for item in error.errors(include_input=False)
        ]
        raise SettingsError("; ".join(lines)) from None


def _reason(item: Any) -> str:
    return "is not set" if item["type"] == "missing" else str(item["msg"])
