"""telephony's settings, prefix VIVA_TELEPHONY_."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from viva.platform.settings import ServiceSettings
from viva.telephony.domain.prefixes import PREMIUM

E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]


class TrunkSettings(BaseModel):
    """What all trunks have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
    slots: int = Field(30, ge=1, description="Calls at once, inbound ones included.")
    calls_per_second: float = Field(1.0, gt=0, description="Outbound, as the carrier allows.")
    caller: E164 = Field(description="The number that is shown.")
    inbound: bool = Field(False, description="Whether candidates may call it.")


class TwilioTrunkSettings(TrunkSettings):
    """A Twilio account."""

    kind: Literal["twilio"]
    account: str = Field(pattern=r"^AC[0-9a-f]{32}$")
    token: SecretStr
    public_url: str = Field(
        pattern=r"^https?://", description="Where Twilio reaches telephony's HTTP port."
    )
    api_url: str = Field("https://api.twilio.com", pattern=r"^https?://")
    machine_detection: bool = Field(True, description="Beside our own; billed by the carrier.")


class TelephonySettings(ServiceSettings):
    """What telephony can be told by the environment."""

    model_config = SettingsConfigDict(env_prefix="VIVA_TELEPHONY_", frozen=True, extra="ignore")

    http_port: int = 8082
    grpc_port: int = 9082
    drain_timeout_s: float = Field(3600, gt=0, description="Calls are waited out, not dropped.")

    trunks: tuple[TwilioTrunkSettings, ...] = Field((), description="JSON list; see the runbook.")
    allowed_prefixes: tuple[str, ...] = Field((), description="JSON list; empty: every country.")
    forbidden_prefixes: tuple[str, ...] = Field(PREMIUM, description="JSON list.")

    ring_s: float = Field(30, gt=0, description="Then nobody answers.")
    most_calls: int = Field(3, ge=1, description="To one candidate, where the order names none.")
    busy_s: float = Field(180, ge=0, description="Before a busy candidate is called again.")
    no_answer_s: float = Field(1200, ge=0)
    voicemail_s: float = Field(2700, ge=0)
    rejected_s: float = Field(2700, ge=0)
    failed_s: float = Field(60, ge=0)
    call_back_s: float = Field(3, ge=0, description="After a drop.")
    in_doubt_s: float = Field(15, gt=0, description="Before a carrier is asked what it did.")
    poll_s: float = Field(1.0, gt=0, description="For calls whose time has come.")
