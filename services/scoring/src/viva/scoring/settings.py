"""Settings of scoring."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from viva.platform.settings import ServiceSettings


class ScoringSettings(ServiceSettings):
    """Variables start with `VIVA_SCORING_`. Nothing here changes a score."""

    model_config = SettingsConfigDict(env_prefix="VIVA_SCORING_", frozen=True, extra="ignore")

    http_port: int = 8085
    grpc_port: int = 9085
    nice: int = Field(5, ge=0, le=19, description="Analysis yields to live conversations.")
    job_timeout_s: float = Field(120, gt=0)
