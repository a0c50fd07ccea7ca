"""Settings: read once from the environment, frozen, passed on as values."""

from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from viva.platform.errors import VivaError
from viva.platform.settings_files import FileSource, UnreadableSettingError

AnySettings = TypeVar("AnySettings", bound=BaseSettings)


class SettingsError(VivaError):
    """The process cannot start with the settings that it was given."""

    code = "settings"


class FileSettings(BaseSettings):
    """Settings whose values may also come from files: `<VARIABLE>_FILE` names one."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """A variable counts before its file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, FileSource(settings_cls)


class PlatformSettings(FileSettings):
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
    kafka_ca_file: Path | None = Field(None, description="PEM; the system's authorities if unset.")
    kafka_certificate_file: Path | None = Field(None, description="PEM, for mutual TLS.")
    kafka_key_file: Path | None = Field(None, description="PEM, of that certificate.")
    topic_prefix: str = Field("", description="Before each topic's and each group's name.")
    topic_partitions: int | None = Field(
        None,
        ge=1,
        description="Of each topic, as it is made; the catalogue's number if unset or empty. Dead "
        "letters keep their one.",
    )

    database_url: SecretStr | None = None
    database_pool_size: int = Field(5, ge=1)
    database_overflow: int | None = Field(
        None, ge=0, description="Connections beyond the pool under load; the pool again if unset."
    )
    database_pooler_url: SecretStr | None = Field(
        None,
        description="PgBouncer in transaction mode, for units of work; what listens or locks for "
        "long stays on VIVA_DATABASE_URL.",
    )
    migrate_on_start: bool = True

    objects_url: str | None = Field(
        None, description="file:///path, s3://bucket/prefix, gs://, az://"
    )
    objects_endpoint: str | None = Field(None, description="Of an S3 store that is not Amazon's.")
    objects_region: str | None = None
    objects_access_key_id: SecretStr | None = Field(None, description="S3; else as AWS tools do.")
    objects_secret_access_key: SecretStr | None = None

    grpc_ca_file: Path | None = Field(
        None, description="PEM: turns TLS on between the services, both ways."
    )
    grpc_certificate_file: Path | None = Field(None, description="PEM, of this process.")
    grpc_key_file: Path | None = Field(None, description="PEM, of that certificate.")
    grpc_tls_name: str = Field(
        "viva.internal", description="A name that every service's certificate holds."
    )

    sealing_keys: SecretStr | None = Field(
        None, description="Base64 of 32 bytes each, newest first; seal what is personal."
    )

    otlp_endpoint: str | None = Field(None, description="OTLP over HTTP, such as http://host:4318")
    otlp_metrics: bool = Field(True, description="Push metrics too; off where they are scraped.")
    metrics_scrape: bool = Field(True, description="Serve /metrics on each HTTP port.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"

    outbox_keep_hours: float = Field(168, gt=0, description="Of rows that are published.")
    inbox_keep_hours: float = Field(1080, gt=0, description="Longer than topics and dead letters.")
    handler_concurrency: int = Field(8, ge=1, description="Records handled at once in a process.")
    longest_job_s: float = Field(600, gt=0, description="No handler of an event takes longer.")

    session_target: str = "127.0.0.1:9081"
    telephony_target: str = "127.0.0.1:9082"
    asr_target: str = "127.0.0.1:9083"
    scoring_target: str = "127.0.0.1:9085"
    notification_target: str = "127.0.0.1:9087"
    public_url: str = "http://127.0.0.1:8080"

    @field_validator("topic_partitions", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

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


class ServiceSettings(FileSettings):
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
    except UnreadableSettingError as error:
        raise SettingsError(str(error)) from None


def _reason(item: Any) -> str:
    return "is not set" if item["type"] == "missing" else str(item["msg"])
