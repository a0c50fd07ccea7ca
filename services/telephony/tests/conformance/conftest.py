"""The lines that the suite runs on: one for each adapter."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
import pytest_asyncio

from services.telephony.tests.conformance import line_sip, line_twilio
from services.telephony.tests.conformance.far_end import Line

LINES: dict[str, Callable[[], AbstractAsyncContextManager[Line]]] = {
    "sip": line_sip.open_line,
    "twilio": line_twilio.open_line,
}


@pytest_asyncio.fixture(params=list(LINES))
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    """One trunk after the other, each with a network of its own."""
    async with LINES[request.param]() as opened:
        yield opened
