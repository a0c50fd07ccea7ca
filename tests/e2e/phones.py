"""The telephone network of these tests: one trunk, and people by their numbers."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from viva.testkit.phone.carrier import ACCOUNT, TOKEN, Fate, LoopbackCarrier
from viva.testkit.phone.handset import Handset, ScriptedHandset

PickUp = Callable[[], Handset]


@dataclass
class Phones:
    """Who has which number."""

    carrier: LoopbackCarrier | None = None
    _people: dict[str, PickUp] = field(default_factory=dict)

    def add(self, pick_up: PickUp, *fates: Fate) -> str:
        """Gives somebody a number, and their first calls a fate."""
        number = f"+4930555{len(self._people):04d}"
        self._people[number] = pick_up
        if self.carrier:
            self.carrier.fates[number] = list(fates)
        return number

    def answer(self, number: str) -> Handset:
        """Picks up."""
        return self._people.get(number, ScriptedHandset)()

    def calls_to(self, number: str) -> list[str]:
        """What became of the calls to a number."""
        calls = self.carrier.calls if self.carrier else []
        return [call.status for call in calls if call.to == number]

    def settings(self, port: int) -> dict[str, str]:
        """Of a Viva whose telephony listens there."""
        trunk = {
            "kind": "twilio",
            "name": "main",
            "caller": "+4930555999",
            "account": ACCOUNT,
            "token": TOKEN,
            "api_url": self.carrier.url if self.carrier else "",
            "public_url": f"http://127.0.0.1:{port}",
            "calls_per_second": 20,
            "machine_detection": False,
        }
        seconds = {"BUSY": 1, "NO_ANSWER": 1, "VOICEMAIL": 1, "REJECTED": 1, "RING": 2}
        return {
            "VIVA_GATEWAY_PHONE_TRUNK_CONFIGURED": "true",
            "VIVA_TELEPHONY_TRUNKS": json.dumps([trunk]),
            "VIVA_TELEPHONY_CALL_BACK_S": "0.5",
            **{f"VIVA_TELEPHONY_{name}_S": str(value) for name, value in seconds.items()},
        }
