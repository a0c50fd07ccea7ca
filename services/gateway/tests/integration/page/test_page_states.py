"""What each state of the page looks like: nothing is wider than the screen, nothing is hidden.

With VIVA_TEST_PICTURES set to a folder, a picture of each state stays there to be looked at.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.testkit.scripted_session import ScriptedStream, attached

PICTURES = os.environ.get("VIVA_TEST_PICTURES")
SCREENS = [
    ("phone", {"width": 360, "height": 640}, "light"),
    ("phone-dark", {"width": 390, "height": 844}, "dark"),
    ("desk", {"width": 1280, "height": 800}, "light"),
]
LONG = "Tell me about a time when you helped a customer who was upset. " * 3


class Camera:
    """Looks at states and keeps pictures of them."""

    def __init__(self, page: Any, screen: str, folder: Path) -> None:
        self._page = page
        self._screen = screen
        self._folder = folder

    async def look(self, name: str) -> None:
        """Fails where the state does not fit on the screen."""
        page = self._page
        await page.wait_for_timeout(400)
        await page.screenshot(path=self._folder / f"join-{self._screen}-{name}.png")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        cut = """[...document.querySelectorAll('button')].filter((b) => b.offsetParent &&
            (b.scrollWidth > b.clientWidth + 1 || b.scrollHeight > b.clientHeight + 1))
            .map((b) => b.id)"""
        assert await page.evaluate(cut) == [], name


async def _waits(stream: ScriptedStream) -> None:
    """A session that says nothing by itself."""
    stream.say(
        attached=attached(
            stream.attach.last_epoch or 1,
            base_position=0,
            resume_from=0,
            resume_fact=1,
            captions=True,
            text_answers=True,
            progress=pb.Progress(phase=pb.PHASE_WAITING, questions=4),
        )
    )


@pytest.mark.parametrize(("screen", "size", "scheme"), SCREENS, ids=[name for name, *_ in SCREENS])
async def test_each_state_fits_on_the_screen(
    browser: Any,
    staging: Any,
    steps: Any,
    tmp_path: Path,
    screen: str,
    size: dict[str, int],
    scheme: str,
) -> None:
    persona = {
        "name": "Ana",
        "branding": {"company_name": "Northwind Health", "accent_color": "#7a3e9d"},
    }
    aids = {"text_answers": True, "captions": True, "thinking_time_factor": 1.5}
    stage = await staging(_waits, persona=persona, accommodations=aids)
    page = await stage.visit(browser, viewport=size, color_scheme=scheme)
    camera = Camera(page, screen, Path(PICTURES) if PICTURES else tmp_path)
    await page.wait_for_selector("#to-consent:visible")
    await camera.look("1-welcome")
    await page.click("#to-consent")
    await camera.look("2-consent")
    await page.click("#agree")
    await camera.look("3-check")
    await page.click("#mic-on")
    await page.wait_for_selector("#mic-live:visible")
    await camera.look("4-check-level")
    await page.wait_for_selector("#check-mic.passed", timeout=60_000)
    await page.click("#play")
    await page.wait_for_selector("#unheard:visible")
    await page.click("#unheard")
    await camera.look("5-check-unheard")
    await page.click("#play")
    await page.click("#heard")
    await camera.look("6-check-passed")
    await page.click("#start")
    stream = await stage.session.stream()
    await camera.look("7-waiting")

    def tell(phase: pb.Phase, question: int = 2, **more: Any) -> None:
        stream.say(
            progress=pb.Progress(
                phase=phase, question=question, questions=4, question_id=f"q{question}", **more
            )
        )

    tell(pb.PHASE_SPEAKING, caption=LONG)
    await steps.phase(page, "speaking")
    await camera.look("8-speaking")
    tell(pb.PHASE_THINKING, thinking_left_ms=7000)
    await steps.phase(page, "thinking")
    await camera.look("9-thinking")
    tell(pb.PHASE_LISTENING)
    await steps.phase(page, "listening")
    await camera.look("10-listening")
    stream.say(ask=pb.Ask(need=pb.CLIENT_NEED_UPLINK))
    await page.wait_for_selector("#notice:has-text('slow')")
    await camera.look("11-notice")
    await page.click("#type")
    await camera.look("12-typing")
    await page.click("#type")
    await page.click("#leave")
    await camera.look("13-leaving")
    await page.click("#stay")
    tell(pb.PHASE_PAUSED)
    await steps.phase(page, "paused")
    await camera.look("14-paused")
    stream.say(end=pb.End(reason="finished"))
    await steps.ended(page, "Thank you!")
    await camera.look("15-end")
