"""Settings of the diarization service. Variables start with `VIVA_DIARIZATION_`."""

from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from viva.platform.settings import ServiceSettings


class DiarizationSettings(ServiceSettings):
    """How much of the machine diarization takes, and what it refuses."""

    model_config = SettingsConfigDict(env_prefix="VIVA_DIARIZATION_", frozen=True, extra="ignore")

    http_port: int = 8084
    grpc_port: int = 9084

    model: str = Field("campplus", description="Name or role in the model store.")
    grouping: Literal["average_linkage", "nme_sc"] = Field(
        "average_linkage", description="How windows are grouped by voice; nme_sc is NeMo's."
    )
    threads: int = Field(2, ge=1)
    nice: int = Field(10, ge=0, le=19, description="Batch work yields to live work.")
    timeout_s: float = Field(300, gt=0, description="For one answer.")
    max_audio_bytes: int = Field(64 * 1024 * 1024, ge=1024)
