"""What identifies us to Twilio, and Twilio to us."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class TwilioAccount:
    """One account.

    Attributes:
        token: signs webhooks and opens the REST API.
        public_url: where Twilio reaches telephony's HTTP port, without a slash at its end.
        machine_detection: has Twilio listen for an answering machine, beside our own screening.
    """

    sid: str
    token: str = field(repr=False)
    public_url: str
    api_url: str = "https://api.twilio.com"
    machine_detection: bool = True
