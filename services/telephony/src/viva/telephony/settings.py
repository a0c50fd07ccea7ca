"""telephony's settings, prefix VIVA_TELEPHONY_."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
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


class SipTrunkSettings(TrunkSettings):
    """A SIP trunk; see the runbook."""

    kind: Literal["sip"]
    domain: str = Field(min_length=1, description="The trunk's host, with a port where needed.")
    user: str = Field("", description="Of our address; the caller's number where empty.")
    login: str = Field("", description="Of the digest; the user where empty.")
    password: SecretStr = SecretStr("")
    register_every_s: int = Field(0, ge=0, description="0: the trunk knows our address.")
    outbound_proxy: str = ""
    transport: Literal["udp", "tcp", "tls"] = "udp"
    srtp: Literal["off", "optional", "required"] = "off"
    codecs: tuple[Literal["PCMU", "PCMA", "G722", "OPUS"], ...] = ("PCMU", "PCMA", "G722", "OPUS")
    peers: tuple[str, ...] = Field(
        (), description="Networks (CIDR) that calls come from, beside the domain's addresses."
    )
    listen: str = Field(
        "0.0.0.0:5060", pattern=r":[0-9]+$", description="Signalling; further workers count up."
    )
    interface: str = Field("", description="Local address or interface; empty: by the route.")
    rtp_ports: tuple[int, int] = Field((16384, 16623), description="Four for each call.")
    rtp_timeout_s: int = Field(60, ge=5, description="Without a packet, a leg is over.")
    certificate: str = Field("", description="PEM file with certificate and key, for TLS.")
    ca_file: str = Field("", description="PEM file that the trunk's certificate is checked with.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        first, last = self.rtp_ports
        if not 1024 <= first < last <= 65535 or last - first + 1 < 4 * self.slots:
            raise ValueError(f"rtp_ports: {self.slots} calls need {4 * self.slots} ports")
        if self.transport == "tls" and not self.ca_file:
            raise ValueError("ca_file: a TLS trunk is only worth its name with one")
        if self.srtp != "off" and self.transport != "tls":
            raise ValueError("srtp: its keys are sent in the signalling, which must be TLS")
        return self


AnyTrunkSettings = Annotated[TwilioTrunkSettings | SipTrunkSettings, Field(discriminator="kind")]


class TelephonySettings(ServiceSettings):
    """What telephony can be told by the environment."""

    model_config = SettingsConfigDict(env_prefix="VIVA_TELEPHONY_", frozen=True, extra="ignore")

    http_port: int = 8082
    grpc_port: int = 9082
    drain_timeout_s: float = Field(3600, gt=0, description="Calls are waited out, not dropped.")

    trunks: tuple[AnyTrunkSettings, ...] = Field((), description="JSON list; see the runbook.")
    allowed_prefixes: tuple[str, ...] = Field((), description="JSON list; empty: every country.")
    forbidden_prefixes: tuple[str, ...] = Field(PREMIUM, description="JSON list.")

    ring_s: float = Field(30, gt=0, description="Then nobody answers.")
    most_calls: int = Field(3, ge=1, description="To one candidate, where the order names none.")
    busy_s: float = Field(180, ge=0, description="Before a busy candidate is called again.")
    no_answer_s: float = Field(1200, ge=0)
    voicemail_s: float = Field(2700, ge=0)
    rejected_s: float = Field(2700, ge=0)
    failed_s: float = Field(60, ge=0)
    dropped_s: float = Field(180, ge=0, description="After a drop before the first word.")
    call_back_s: float = Field(3, ge=0, description="After a drop in the conversation.")
    in_doubt_s: float = Field(15, gt=0, description="Before a carrier is asked what it did.")
    session_silence_s: float = Field(
        1.0, gt=0, description="Without a word from a session, another takes the call on."
    )
    poll_s: float = Field(1.0, gt=0, description="For calls whose time has come.")
