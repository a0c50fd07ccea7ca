"""Settings of the session service; variables start with `VIVA_SESSION_`."""

import os

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from viva.platform.settings import ServiceSettings


class SessionSettings(ServiceSettings):
    """How interviews are conducted and how long each of their states may hang."""

    model_config = SettingsConfigDict(env_prefix="VIVA_SESSION_", frozen=True, extra="ignore")

    http_port: int = 8081
    grpc_port: int = 9081

    conversations: int = Field(16, ge=1, description="Conducted at once; then it is full.")
    turn_threads: int = Field(2, ge=1, description="For the end-of-turn model.")
    turn_bias: float = Field(
        0.0, description="Log-odds: above 0 replies come sooner and cut off more often."
    )
    advertised_host: str | None = Field(
        None, description="Where edges find this replica; the host it listens on, or its own name."
    )

    voice: str = Field("af_heart", description="Of a persona without one.")
    voice_threads: int = Field(
        default_factory=lambda: min(4, os.cpu_count() or 1), ge=1, description="Rendering ahead."
    )
    voice_idle_s: float = Field(120, gt=0, description="Then its memory is given back.")
    total_limit_s: float = Field(900, gt=0, description="Of an interview that names no limit.")
    grace_s: float = Field(30, gt=0, description="To come back after a drop, where none is named.")
    answer_limit_s: float = Field(180, gt=0, description="Of a question that names no limit.")

    stage_deadline_s: float = Field(
        120, gt=0, description="For results: then they are asked for again, then done without."
    )
    handover_s: float = Field(30, gt=0, description="Beyond the grace, before a sweep ends it.")
    closing_s: float = Field(120, gt=0, description="Beyond the total limit, the same.")
    cancel_deadline_s: float = Field(10, gt=0, description="To end a cancelled conversation.")
    sweep_every_s: float = Field(1, gt=0)
