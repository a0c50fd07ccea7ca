"""Settings of fraud."""

from pydantic_settings import SettingsConfigDict

from viva.platform.settings import ServiceSettings


class FraudSettings(ServiceSettings):
    """Variables start with `VIVA_FRAUD_`. Nothing here changes a signal."""

    model_config = SettingsConfigDict(env_prefix="VIVA_FRAUD_", frozen=True, extra="ignore")

    http_port: int = 8086
    grpc_port: int = 9086
