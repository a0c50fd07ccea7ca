"""The demo by telephone: a carrier on loopback, in this process, and somebody who is called."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from viva.audio.models import ModelStore
from viva.audio.speech import Synthesizer
from viva.platform.local.state import State
from viva.testkit.candidate.person import Listener
from viva.testkit.candidate.script import Answer, Say
from viva.testkit.candidate.voice import Voice
from viva.testkit.demo.answers import ANSWERS
from viva.testkit.demo.running import DemoError
from viva.testkit.phone.carrier import ACCOUNT, TOKEN, LoopbackCarrier
from viva.testkit.phone.ear import INTERVIEWER_VOICE, Ear, interviewer_says
from viva.testkit.phone.person import HELLO, PARDON, PhoneCandidate

NUMBER = "+4930123456"
_SHOWN = "+4930555999"
_TELEPHONY = "http://127.0.0.1:8082"
QUESTIONS: dict[str, Any] = {
    "name": "By telephone",
    "questions": [
        {
            "id": "warm_up",
            "text": "What do you like about working with customers?",
            "warm_up": True,
            "max_follow_ups": 0,
        },
        {
            "id": "q1",
            "text": "Tell me about a time when you helped a customer who was upset.",
            "competencies": ["customer_focus", "communication"],
            "max_follow_ups": 0,
        },
        {
            "id": "q2",
            "text": "Tell me about a hard problem that you solved.",
            "competencies": ["problem_solving"],
            "max_follow_ups": 0,
        },
    ],
}


def called_person(listen: Listener) -> PhoneCandidate:
    """Who answers at NUMBER; knows by ear what is asked, has all answers ready."""
    voice = Voice(lambda: Synthesizer(ModelStore(), threads=2))
    answers: dict[str, Answer] = {
        str(question["id"]): (Say(ANSWERS[str(question["id"])][0]),)
        for question in QUESTIONS["questions"]
    }
    voice.prepare([(HELLO,), (PARDON,), *answers.values()])
    interviewer = Voice(lambda: Synthesizer(ModelStore(), threads=2), voice=INTERVIEWER_VOICE)
    says = interviewer_says(QUESTIONS["questions"])
    heard = {key: say.text for key, say in says.items()}
    return PhoneCandidate(
        voice,
        answers,
        Ear.knowing(interviewer, says),
        listen=lambda who, text: listen(who, heard.get(text, text)),
    )


@asynccontextmanager
async def telephone_network(person: PhoneCandidate) -> AsyncIterator[dict[str, str]]:
    """A carrier that connects every call with the person; gives the settings of a Viva behind it.

    Raises:
        DemoError: a Viva that knows nothing of this carrier runs here already.
    """
    if State.read() is not None:
        raise DemoError("a Viva runs here that has no telephone: stop it, the demo starts its own")
    async with LoopbackCarrier(lambda _number: person.pick_up()) as carrier:
        trunk = {
            "kind": "twilio",
            "name": "loopback",
            "caller": _SHOWN,
            "account": ACCOUNT,
            "token": TOKEN,
            "api_url": carrier.url,
            "public_url": _TELEPHONY,
        }
        yield {
            "VIVA_GATEWAY_PHONE_TRUNK_CONFIGURED": "true",
            "VIVA_TELEPHONY_TRUNKS": json.dumps([trunk]),
        }
