"""Small numbers as recognition may write them: now "10", now "ten"."""

import re

_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_WHOLE_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
BELOW_TWENTY = tuple(_BELOW_TWENTY.split())
WHOLE_TENS = tuple(_WHOLE_TENS.split())
# No part of a decimal, of a time or of a longer number.
_NUMERAL = re.compile(r"(?<![\w.,:/-])([1-9]?\d)(%?)(?![\w%]|[.,:/-]\d)")


def spelt(text: str) -> str:
    """The text with whole numbers below a hundred, and percentages, in words.

    A library that does it for all numbers takes seconds to load, and larger ones are written in
    digits by recognition, too.
    """
    return _NUMERAL.sub(lambda found: _words(int(found[1])) + (found[2] and " percent"), text)


def _words(number: int) -> str:
    if number < len(BELOW_TWENTY):
        return BELOW_TWENTY[number]
    ten, one = divmod(number, 10)
    return WHOLE_TENS[ten - 2] + (f"-{BELOW_TWENTY[one]}" if one else "")
