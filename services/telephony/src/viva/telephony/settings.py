"""telephony's settings, prefix VIVA_TELEPHONY_."""

from pydantic_settings import SettingsConfigDict

from viva.platform.settings import ServiceSettings


class TelephonySettings(ServiceSettings):
    """What telephony can be told by the environment."""

    model_config = SettingsConfigDict(env_prefix="VIVA_TELEPHONY_", frozen=True, extra="ignore")

    http_port: int = 8082
    grpc_port: int = 9082
