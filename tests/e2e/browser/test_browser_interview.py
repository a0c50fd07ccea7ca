"""A person's browser from the link to the verdict, reloaded in the middle."""

import asyncio
import os
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from tests.e2e.interview import CUSTOMER, ORDER
from tests.e2e.world import World
from viva.platform.local.browser import chromium
from viva.testkit.candidate.script import SAMPLE_RATE_HZ, Samples, Say

CHROMIUM = chromium()
PICTURES = os.environ.get("VIVA_TEST_PICTURES")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]
LEAD_S = 6
PATIENCE_MS = 90_000
LOOK_MS = 50
QUIET_MS = 1500
SPEECH_LEVEL = 0.4
# The fake microphone plays its file from the beginning whenever it is opened: taking it away, as a
# pulled plug does, makes the page open it again.
PLUG = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await open(wanted);
  [window.microphone] = stream.getAudioTracks();
  return stream;
};
window.unplug = () => {
  window.microphone.stop();
  window.microphone.dispatchEvent(new Event('ended'));
};
"""

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(900),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


def microphone(answer: Samples, path: Path) -> Path:
    """A file with a quiet room, the answer, and the quiet room again."""
    random = np.random.default_rng(1)
    sound = random.normal(0, 25, (LEAD_S + 150) * SAMPLE_RATE_HZ + len(answer))
    sound[LEAD_S * SAMPLE_RATE_HZ :][: len(answer)] += answer
    times = np.arange(0, len(sound) - 1, SAMPLE_RATE_HZ / 48_000)
    device = np.interp(times, np.arange(len(sound)), sound).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(device.tobytes())
    return path


class Candidate:
    """A person at the page."""

    def __init__(self, page: Page, pictures: Path) -> None:
        self.page = page
        self._pictures = pictures

    async def picture(self, name: str) -> None:
        """Keeps what the page looks like."""
        await self.page.screenshot(path=self._pictures / f"{name}.png")

    async def phase(self, name: str) -> None:
        """Waits until the page shows whose turn it is."""
        await self.page.wait_for_selector(f'#orb[data-phase="{name}"]', timeout=PATIENCE_MS)

    async def pass_checks(self) -> None:
        """From the link to the start; the check hears the answer, so it is over before."""
        page = self.page
        await page.click("#to-consent", timeout=PATIENCE_MS)
        await self.picture("consent")
        await page.click("#agree")
        await page.click("#mic-on")
        await page.wait_for_selector("#check-mic.passed", timeout=PATIENCE_MS)
        await page.click("#play")
        await page.click("#heard")
        await self.picture("check")

    async def answer(self) -> None:
        """Waits for the turn, speaks, and taps Done when all is said."""
        await self.phase("listening")
        await self.page.evaluate("unplug()")
        await self.spoken()
        if await self.page.is_enabled("#done"):
            await self.page.click("#done")

    async def spoken(self) -> None:
        """Waits for the own voice: a level, and then none for a while."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while await self._level() < SPEECH_LEVEL:
                await self.page.wait_for_timeout(LOOK_MS)
            quiet_ms = 0
            while quiet_ms < QUIET_MS:
                await self.page.wait_for_timeout(LOOK_MS)
                quiet_ms = quiet_ms + LOOK_MS if await self._level() < SPEECH_LEVEL else 0

    async def _level(self) -> float:
        meter = "document.getElementById('own-meter').style.getPropertyValue('--level')"
        return float(await self.page.evaluate(f"Number({meter})"))


@pytest_asyncio.fixture(loop_scope="session")
async def candidate(world: World, tmp_path: Path) -> AsyncIterator[Candidate]:
    """A phone-sized Chromium whose microphone plays an answer."""
    pictures = Path(PICTURES) if PICTURES else tmp_path
    file = microphone(world.voice.render(Say(CUSTOMER)), tmp_path / "microphone.wav")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[*FLAGS, f"--use-file-for-fake-audio-capture={file}%noloop"],
        )
        page = await browser.new_page(viewport={"width": 360, "height": 740})
        await page.add_init_script(PLUG)
        yield Candidate(page, pictures)
        await browser.close()


async def test_a_browser_reaches_the_verdict(world: World, candidate: Candidate) -> None:
    order: dict[str, Any] = ORDER | {"limits": {"grace_s": 60}}
    created = await world.api.create_interview(role="Support agent", channel="browser", **order)
    await world.api.ready(created["id"])
    page = candidate.page
    await page.goto(created["join_url"])
    await candidate.pass_checks()
    await page.wait_for_timeout(1000 * len(world.voice.render(Say(CUSTOMER))) / SAMPLE_RATE_HZ)
    await page.click("#start")
    await candidate.phase("speaking")
    await candidate.picture("speaking")
    await candidate.answer()
    await candidate.phase("speaking")
    await candidate.phase("listening")
    await candidate.picture("listening")
    await page.reload()
    await candidate.picture("rejoin")
    await page.click("#rejoin")
    await candidate.spoken()
    if await page.is_enabled("#done"):
        await page.click("#done")
    await page.wait_for_selector("#progress-text:has-text('Question 2')", timeout=PATIENCE_MS)
    await candidate.answer()
    await page.wait_for_selector("#end-title:has-text('Thank you')", timeout=PATIENCE_MS)
    await candidate.picture("end")

    verdict = await world.api.verdict(created["id"])
    assert verdict["status"] == "completed"
    assert verdict["questions"] == {"planned": 2, "answered": 2}
    read = await world.api.interview(created["id"], include="transcript")
    heard = " ".join(answer["transcript"]["text"] for answer in read["answers"]).lower()
    assert "parcel" in heard
