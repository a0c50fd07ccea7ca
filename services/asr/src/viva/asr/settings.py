"""Settings of the asr service. Variables start with `VIVA_ASR_`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from viva.platform.settings import ServiceSettings


class AsrSettings(ServiceSettings):
    """How much of the machine recognition takes, and what it refuses."""

    model_config = SettingsConfigDict(env_prefix="VIVA_ASR_", frozen=True, extra="ignore")

    http_port: int = 8083
    grpc_port: int = 9083

    languages: frozenset[str] = Field(
        frozenset({"en"}), description="ISO 639-1 codes that are recognized live."
    )
    live_model: str = Field("whisper-tiny.en", description="Name or role in the model store.")
    live_multilingual_model: str = Field(
        "whisper-base", description="For languages that the live model does not understand."
    )
    live_workers: int = Field(2, ge=1, description="Pieces recognized at once.")
    live_threads: int = Field(1, ge=1, description="Threads for each of them.")
    live_queue: int = Field(32, ge=1, description="Pieces that may wait; more are refused.")
    live_deadline_s: float = Field(5, gt=0, description="Where the caller sets none.")
    live_max_audio_ms: int = Field(8500, ge=1000)

    final_model: str = Field("whisper-base", description="Name or role in the model store.")
    final_threads: int = Field(2, ge=1)
    final_beam: int = Field(5, ge=1)
    final_nice: int = Field(10, ge=0, le=19, description="Batch work yields to live work.")
    final_max_audio_ms: int = Field(20 * 60_000, ge=1000)
    final_timeout_s: float = Field(500, gt=0, description="For one answer.")
