"""Twilio's request signature, computed as the carrier does."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def twilio_signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    """base64(HMAC-SHA1(token, url + each name and value, sorted by name))."""
    text = url
    for name in sorted(fields):
        text += name + fields[name]
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
