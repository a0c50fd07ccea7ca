"""A stage for the join page: a real browser, the real gateway, a session that follows a script."""

import asyncio
import shutil
import subprocess
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
import pytest_asyncio
import uvicorn
from numpy.typing import NDArray
from playwright.async_api import Browser, Page, async_playwright

from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.edge.dialling import GrpcSessionDialler
from viva.gateway.entrypoints.app import create_app
from viva.gateway.entrypoints.stream_edge import CandidateEdge
from viva.platform.local.browser import chromium
from viva.testkit.scripted_session import ScriptedSession, ScriptedStream, attached

CHROMIUM = chromium()
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
]
GRANTED = ["--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"]
PHONE = {"width": 360, "height": 740}
Samples = NDArray[np.int16]


def _speak(text: str, path: Path, voice: str) -> Samples:
    """Speech of espeak-ng as samples at 16 kHz."""
    subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", str(path), text], check=True)
    with wave.open(str(path)) as wav:
        rate, raw = wav.getframerate(), wav.readframes(wav.getnframes())
    return _resampled(np.frombuffer(raw, dtype="<i2"), rate, 16_000)


def _resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    times = np.arange(0, len(samples) - 1, rate / wanted)
    return np.interp(times, np.arange(len(samples)), samples).astype(np.int16)


@dataclass(frozen=True)
class Voices:
    """What is said: the candidate's sentence, again and again, and the interviewer's lines."""

    candidate: Samples
    microphone: Path
    lines: list[tuple[str, Samples]]


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Voices:
    """Synthesized once; the candidate's is also a file for the browser's fake microphone."""
    if not shutil.which("espeak-ng") or CHROMIUM is None:
        pytest.skip("needs espeak-ng and Chromium: apt-get install espeak-ng chromium")
    folder = tmp_path_factory.mktemp("voices")
    words = "Hello, I am ready for my interview. I like to listen first, and then to help."
    said = np.concatenate([_speak(words, folder / "c.wav", "en-us"), np.zeros(12_000, np.int16)])
    microphone = folder / "microphone.wav"
    with wave.open(str(microphone), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(48_000)
        wav.writeframes(_resampled(said, 16_000, 48_000).tobytes())
    texts = [
        "Hello, I am Ana. Shall we begin?",
        "When did you last help somebody who was upset?",
        "What would you do better today?",
        "Thank you, and goodbye.",
    ]
    lines = [(text, _speak(text, folder / f"{i}.wav", "en-gb")) for i, text in enumerate(texts)]
    return Voices(said, microphone, lines)


@dataclass
class Interviewer:
    """Greets, asks each question until the candidate is done with it, says goodbye."""

    lines: list[tuple[str, Samples]]
    streams: list[ScriptedStream] = field(default_factory=list)
    asked: int = 0
    number: int = 0
    ready: bool = False

    async def __call__(self, stream: ScriptedStream) -> None:
        """Goes through the interview, or on with it on a later stream."""
        earlier, self.streams = self.streams, [*self.streams, stream]
        if earlier and not earlier[-1].ended:
            earlier[-1].say(replaced=pb.Replaced())
        epoch = stream.attach.last_epoch or 1
        stream.say(
            attached=attached(
                epoch,
                base_position=self.until(earlier) if stream.attach.fresh else 0,
                resume_from=self.until(earlier),
                resume_fact=self.last_fact(earlier) + 1,
                consent_needed=not any(s.all("consent") for s in earlier),
                captions=True,
                progress=self.progress(pb.PHASE_PAUSED if self.ready else pb.PHASE_WAITING),
            )
        )
        await stream.until(lambda _: self.ready or stream.all("command"))
        self.ready = True
        await self.converse(stream)

    async def converse(self, stream: ScriptedStream) -> None:
        if not self.asked:
            await self.say(stream, 0)
            self.asked = 1
        while self.asked < len(self.lines) - 1:
            await self.say(stream, self.asked)
            stream.say(progress=self.progress(pb.PHASE_LISTENING))
            await stream.until(partial(_answered, before=len(stream.all("command"))))
            self.asked += 1
        await self.say(stream, len(self.lines) - 1, pb.PHASE_CLOSING)
        stream.say(end=pb.End(reason="finished"))

    async def say(
        self, stream: ScriptedStream, line: int, phase: pb.Phase = pb.PHASE_SPEAKING
    ) -> None:
        self.number += 1
        number = self.number
        caption, samples = self.lines[line]
        stream.say(progress=self.progress(phase))
        pcm = samples.astype("<i2").tobytes()
        stream.say(utterance=pb.Utterance(epoch=9, number=number, pcm=pcm, caption=caption))
        await stream.until(lambda s: any(x.utterance == number for x in s.all("stopped")), 60)

    def progress(self, phase: pb.Phase) -> pb.Progress:
        asked, questions = self.asked, len(self.lines) - 2
        return pb.Progress(
            phase=phase, question=asked, questions=questions, question_id=f"q{asked}"
        )

    @staticmethod
    def until(streams: list[ScriptedStream]) -> int:
        return max((p + len(pcm) // 2 for s in streams for p, pcm in s.audio()), default=0)

    @staticmethod
    def last_fact(streams: list[ScriptedStream]) -> int:
        return max((fact for s in streams for fact in numbers(s)), default=0)


def _answered(stream: ScriptedStream, *, before: int) -> bool:
    kinds = {pb.COMMAND_KIND_DONE, pb.COMMAND_KIND_SKIP}
    return any(c.kind in kinds for c in stream.all("command")[before:])


def numbers(stream: ScriptedStream) -> list[int]:
    """Fact numbers in the order in which they came."""
    said = (getattr(m, str(m.WhichOneof("message"))) for m in stream.heard)
    return [m.fact for m in said if getattr(m, "fact", 0)]


@dataclass
class Stage:
    """The served gateway, and the session behind it."""

    link: str
    session: ScriptedSession
    edge: CandidateEdge

    async def visit(self, browser: Browser, **options: Any) -> Page:
        """A fresh person's page, at the join link."""
        context = await browser.new_context(**({"viewport": PHONE} | options))
        page = await context.new_page()
        await self.open(page)
        return page

    async def open(self, page: Page) -> None:
        """Opens the link; what the page throws is raised in the test's `thrown`."""
        page.on("pageerror", lambda error: self.thrown.append(str(error)))
        await page.goto(self.link)

    thrown: list[str] = field(default_factory=list)


Staging = Callable[..., Awaitable[Stage]]


@pytest_asyncio.fixture
async def staging(world: Any, customer: Any) -> AsyncIterator[Staging]:
    """Serves the real gateway with an interview, before a session that follows a script."""
    async with AsyncExitStack() as stack:

        async def make(script: Callable[[ScriptedStream], Any], **interview: Any) -> Stage:
            stage = await stack.enter_async_context(_staged(world, customer, script, interview))
            made.append(stage)
            return stage

        made: list[Stage] = []
        yield make
        assert not [thrown for stage in made for thrown in stage.thrown]


@asynccontextmanager
async def _staged(
    world: Any, customer: Any, script: Callable[[ScriptedStream], Any], interview: dict[str, Any]
) -> AsyncIterator[Stage]:
    async with ScriptedSession(script) as session:
        locator = grpc.aio.insecure_channel(session.address)
        edge = CandidateEdge(
            world.gateway.join.admit, GrpcSessionDialler(locator), _Uncounted(), count(1).__next__
        )
        try:
            async with served(create_app(world.gateway, edge)) as url:
                made = await customer.interview(**({"persona": PERSONA} | interview))
                token = made["join_url"].partition("#")[2]
                try:
                    yield Stage(f"{url}/join#{token}", session, edge)
                finally:
                    await edge.drain(2)
        finally:
            await locator.close()


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serves an app on a free port of loopback, and gives its URL."""
    server = uvicorn.Server(
        uvicorn.Config(
            app, port=0, log_level="warning", lifespan="off", ws_per_message_deflate=False
        )
    )
    running = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


PERSONA = {"name": "Ana", "branding": {"company_name": "Northwind Health"}}


class _Uncounted:
    def opened(self) -> None:
        """Nobody counts here."""

    def closed(self, reason: str) -> None:
        """Nobody counts here."""

    def reattached(self) -> None:
        """Nobody counts here."""


@asynccontextmanager
async def opened(microphone: Path, flags: list[str]) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[*FLAGS, *flags, f"--use-file-for-fake-audio-capture={microphone}"],
        )
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture
async def browser(voices: Voices) -> AsyncIterator[Browser]:
    """Chromium whose microphone is on, without asking."""
    async with opened(voices.microphone, GRANTED) as running:
        yield running


@pytest_asyncio.fixture
async def strict_browser(voices: Voices) -> AsyncIterator[Browser]:
    """Chromium with a microphone, which asks for permission and plays only after a tap."""
    async with opened(voices.microphone, ["--deny-permission-prompts"]) as running:
        yield running


@pytest.fixture
def interviewer(voices: Voices) -> Interviewer:
    """An interviewer with two questions."""
    return Interviewer(voices.lines)


@dataclass(frozen=True)
class Steps:
    """What a candidate does on the page."""

    async def consent(self, page: Page) -> None:
        await page.click("#to-consent")
        await page.click("#agree")

    async def check(self, page: Page) -> None:
        await page.click("#mic-on")
        await page.wait_for_selector("#check-mic.passed", timeout=60_000)
        await page.click("#play")
        await page.click("#heard")

    async def begin(self, page: Page) -> None:
        await self.consent(page)
        await self.check(page)
        await page.click("#start")

    async def answer(self, page: Page, seconds: float = 2.0) -> None:
        await self.phase(page, "listening")
        await page.wait_for_timeout(seconds * 1000)
        await page.click("#done")

    async def take_over(self, page: Page) -> None:
        await self.consent(page)
        await page.click("#rejoin", timeout=60_000)

    async def phase(self, page: Page, name: str) -> None:
        await page.wait_for_selector(f'#orb[data-phase="{name}"]', timeout=60_000)

    async def ended(self, page: Page, title: str) -> None:
        await page.wait_for_selector(f'#end-title:visible:has-text("{title}")', timeout=60_000)


@pytest.fixture
def steps() -> Steps:
    """The candidate's taps."""
    return Steps()


@dataclass(frozen=True)
class Listening:
    """Looks at what arrived at the session."""

    reference: Samples

    def numbers(self, *streams: ScriptedStream) -> list[int]:
        """Fact numbers, each once, in the order in which they came first."""
        return list(dict.fromkeys(n for stream in streams for n in numbers(stream)))

    def all(self, streams: list[ScriptedStream], kind: str) -> list[Any]:
        """What was heard of one kind, each fact once, on all streams."""
        found = {said.fact: said for stream in streams for said in stream.all(kind)}
        return [found[number] for number in sorted(found)]

    def audio(self, *streams: ScriptedStream) -> tuple[int, Samples]:
        """First position and samples of all frames; fails where they do not join."""
        held: dict[int, bytes] = {}
        for stream in streams:
            held |= dict(stream.audio())
        first = position = min(held)
        for start in sorted(held):
            assert start == position, f"expected {position}, got {start}"
            position += len(held[start]) // 2
        joined = b"".join(held[start] for start in sorted(held))
        return first, np.frombuffer(joined, dtype="<i2")

    def likeness(self, heard: Samples) -> float:
        """Median over quarter seconds of the best correlation with what was spoken.

        About .80 for the voice after the browser's processing, .46 for another sound. A browser
        that is late leaves holes in its fake microphone: a longer window holds one too often.
        """
        sound = np.concatenate([self.reference, self.reference]).astype(float)
        energy = np.concatenate([[0.0], np.cumsum(sound**2)])
        found = []
        for start in range(0, len(heard) - 4_000, 4_000):
            window = heard[start : start + 4_000].astype(float)
            if window.std() > 300:
                found.append(_best_correlation(sound, energy, window))
        return float(np.median(found))


def _best_correlation(sound: Any, energy: Any, window: Any) -> float:
    size = len(sound) + len(window)
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(window, size))
    products = np.fft.irfft(spectrum, size)[: len(sound) - len(window)]
    norms = np.sqrt(energy[len(window) : len(sound)] - energy[: len(sound) - len(window)])
    return float(np.max(products / (norms * np.linalg.norm(window) + 1)))


@pytest.fixture
def listening(voices: Voices) -> Listening:
    """Compares with the candidate's voice."""
    return Listening(voices.candidate)
