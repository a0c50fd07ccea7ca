"""What the parts of the benchmark share: one running Viva, voices, tables."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

from rich.console import Console
from rich.table import Table

from tests.e2e.phones import Phones, opened_phones
from viva.audio.models import ModelStore
from viva.audio.speech import Synthesizer
from viva.testkit.candidate.conduct import Conducted
from viva.testkit.candidate.script import Answer
from viva.testkit.candidate.voice import Voice
from viva.testkit.phone.ear import INTERVIEWER_VOICE
from viva.testkit.stack import Stack


@cache
def _synthesizer() -> Synthesizer:
    return Synthesizer(ModelStore(), threads=2)


@dataclass
class Bench:
    """Everything a part needs; Viva is started when the first part asks for it.

    Attributes:
        conducted: all interviews so far, for what is told over all of them.
        phones: the telephone network behind Viva, where a part calls somebody.
    """

    console: Console
    turns: int
    levels: tuple[int, ...]
    opened: AsyncExitStack
    voice: Voice = field(default_factory=lambda: Voice(_synthesizer))
    interviewer: Voice = field(default_factory=lambda: Voice(_synthesizer, voice=INTERVIEWER_VOICE))
    conducted: list[Conducted] = field(default_factory=list)
    phones: Phones | None = None
    _stack: Stack | None = None

    async def stack(self) -> Stack:
        """The running Viva."""
        if self._stack is None:
            self._stack = Stack()
            if self.phones is not None:
                port = self._stack.ports["telephony"][0]
                self._stack.add_environment(self.phones.settings(port))
            self.opened.push_async_callback(asyncio.to_thread, self._stack.stop)
            self.console.print("[dim]starting Viva[/]")
            await asyncio.to_thread(self._stack.start)
        return self._stack

    async def render(self, answers: Iterable[Answer]) -> None:
        """Speaks the answers ahead."""
        wanted = list(answers)
        with self.console.status("rendering the candidate's answers"):
            await asyncio.to_thread(self.voice.prepare, wanted)

    def table(self, title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Prints one table."""
        table = Table(*head, title=title, title_justify="left")
        for row in rows:
            table.add_row(*("-" if cell is None else str(cell) for cell in row))
        self.console.print(table)


@asynccontextmanager
async def open_bench(
    console: Console, turns: int, levels: tuple[int, ...], *, by_phone: bool = False
) -> AsyncIterator[Bench]:
    """Opens a bench, and stops what it started."""
    async with AsyncExitStack() as opened:
        phones = await opened.enter_async_context(opened_phones()) if by_phone else None
        yield Bench(console, turns, levels, opened, phones=phones)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that `share` of the values do not exceed; None of none."""
    if not values:
        return None
    return sorted(values)[min(len(values) - 1, math.ceil(share * len(values)) - 1)]


def ms(value: float | None) -> str:
    """Milliseconds for a table."""
    return "-" if value is None else f"{value:.0f}"


def percent(part: int, whole: int) -> str:
    """A share for a table."""
    return "-" if not whole else f"{100 * part / whole:.1f} %"
