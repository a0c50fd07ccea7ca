"""The gateway's settings; variables start with `VIVA_GATEWAY_`."""

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from viva.platform.settings import ServiceSettings

# Whose phrases, turns and evidence the services know; another one takes more than models (ADR 15).
LANGUAGES = frozenset({"en"})


class GatewaySettings(ServiceSettings):
    """What the operator may decide."""

    model_config = SettingsConfigDict(env_prefix="VIVA_GATEWAY_", frozen=True, extra="ignore")

    http_port: int = 8080
    languages: tuple[str, ...] = Field(
        ("en",), description="BCP 47 primary subtags of personas; of those that Viva is made for"
    )
    voices: tuple[str, ...] = Field(
        (
            "af_heart",
            "af_bella",
            "af_sarah",
            "am_michael",
            "am_fenrir",
            "am_puck",
            "bf_emma",
            "bf_isabella",
            "bm_george",
            "bm_fable",
        ),
        description="Of the installed speech model",
    )
    phone_trunk_configured: bool = Field(False, description="Whether telephony can dial")
    link_lifetime_hours: float = Field(168, gt=0)
    longest_link_lifetime_hours: float = Field(24 * 90, gt=0)
    longest_interview_s: float = Field(
        14_400, ge=60, description="Orders that may take longer are refused"
    )
    credential_lifetime_hours: float = Field(
        12, gt=0, description="Of what the page holds instead of the link's token"
    )
    simulated_candidates: int = Field(4, ge=1, description="At once, of test keys; in one process")
    max_body_bytes: int = Field(1_048_576, ge=1024)
    requests_per_minute: int = Field(6000, ge=1, description="Of one API key, in one process")
    joins_per_minute: int = Field(600, ge=1, description="Of one address, in one process")
    housekeeping_s: float = Field(600, gt=0, description="Between two sweeps of what is outdated")

    @field_validator("languages")
    @classmethod
    def _known(cls, wanted: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(wanted) - LANGUAGES)
        if unknown or not wanted:
            known = ", ".join(sorted(LANGUAGES))
            raise ValueError(f"{', '.join(unknown) or 'nothing'} is not among {known}: see ADR 15")
        return wanted
