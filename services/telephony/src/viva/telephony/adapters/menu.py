"""The recorded sentences of the voice menu: G.711 mu-law at 8 kHz, in the package."""

from collections.abc import Mapping
from importlib.resources import files

from viva.audio.g711 import decode_mulaw
from viva.audio.pcm import SAMPLE_RATE_HZ, to_bytes
from viva.audio.resample import resample

TEXTS = {
    "enter_code": "Welcome. Please enter the code of your interview.",
    "wrong_code": "That code is not known. Please try again.",
    "goodbye": "We found no interview for you. Please contact whoever invited you. Goodbye.",
}
_RATE_HZ = 8_000


def recorded_sentences() -> Mapping[str, bytes]:
    """PCM16 mono 16 kHz by key."""
    folder = files("viva.telephony.adapters") / "sentences"
    return {
        key: to_bytes(
            resample(decode_mulaw((folder / f"{key}.ulaw").read_bytes()), _RATE_HZ, SAMPLE_RATE_HZ)
        )
        for key in TEXTS
    }
