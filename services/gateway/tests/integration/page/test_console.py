"""The recruiters' console in a real browser: the queue, a verdict, its quotes, decisions."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from services.gateway.tests.integration.conftest import Customer, World
from services.gateway.tests.integration.gateway_results import completed, ref
from viva.audio.wav import interleave, wav_header
from viva.gateway.domain.access import Scope

from .conftest import served

PICTURES = os.environ.get("VIVA_TEST_PICTURES")
DESK = {"width": 1200, "height": 900}
RATE = 16_000


async def _finished(world: World, customer: Customer) -> str:
    """An interview with a verdict, a flag, and six seconds of recording."""
    interview_id = str((await customer.interview(external_id="A-17"))["id"])
    event = await completed(world.objects, interview_id, second_speaker=True)
    score = event.score
    score.overall_standard_error = 6.5
    score.overall_validation = score.competencies[0].validation = "none"
    score.review_recommended = True
    score.confidence_reasons.append("words_of_others")
    score.language.fluency_standard_error = 3.1
    score.language.fluency_validation = "provisional"
    score.language.intelligibility = 70.5
    score.language.intelligibility_validation = "provisional"
    tone = (3000 * np.sin(np.arange(6 * RATE) / 9)).astype(np.int16)
    wav = wav_header(len(tone), channels=2) + interleave(tone, tone)
    event.recording.CopyFrom(ref(await world.objects.put(f"interviews/{interview_id}/r.wav", wav)))
    await world.happens(event)
    return interview_id


class Desk:
    """A recruiter at the console."""

    def __init__(self, page: Page, pictures: Path) -> None:
        self.page = page
        self._pictures = pictures

    async def sign_in(self, secret: str, name: str = "Rita") -> None:
        """Signs in and waits for the queue."""
        await self.page.fill("#key", secret)
        await self.page.fill("#name", name)
        await self.page.click("#sign-in button")

    async def until(self, condition: str) -> None:
        """Waits for something; the page's policy forbids Playwright's own way, which evaluates."""
        async with asyncio.timeout(60):
            while not await self.page.evaluate(condition):
                await self.page.wait_for_timeout(50)

    async def picture(self, name: str) -> None:
        """Keeps what the page looks like, the whole of it."""
        await self.page.screenshot(path=self._pictures / f"console-{name}.png", full_page=True)


@pytest_asyncio.fixture
async def desk(world: World, browser: Browser, tmp_path: Path) -> AsyncIterator[Desk]:
    """The console, opened; what it throws fails the test."""
    thrown: list[str] = []
    async with served(world.app) as url:
        page = await browser.new_page(viewport=DESK)  # type: ignore[arg-type]
        page.on("pageerror", lambda error: thrown.append(str(error)))
        page.on("console", lambda said: thrown.append(said.text) if "Policy" in said.text else None)
        await page.goto(f"{url}/console")
        yield Desk(page, Path(PICTURES) if PICTURES else tmp_path)
        await page.close()
    assert thrown == []


async def test_a_recruiter_decides_a_review_and_overrides_a_score(
    world: World, customer: Customer, desk: Desk
) -> None:
    interview_id = await _finished(world, customer)
    page = desk.page
    await desk.picture("sign-in")
    await desk.sign_in(customer.secret)
    await page.wait_for_selector("text=Multiple speakers")
    await desk.picture("reviews")
    await page.click(f"text={interview_id}")
    await page.wait_for_selector("h1:has-text('Customer support agent')")

    await page.check("input[value=dismissed]")
    await page.fill("[data-review=open] textarea[name=note]", "A television in the background.")
    await page.click("text=Decide")
    await page.wait_for_selector("[data-review=decided] >> text=Dismissed by Rita")

    card = page.locator("[data-score='competencies.communication']")
    await card.locator("text=Override").first.click()
    await card.locator("input[name=value]").fill("81")
    await card.locator("input[name=reason]").fill("The accent was misheard.")
    await card.locator("button:has-text('Override this score')").click()
    await card.locator("text=74 → 81 by Rita").wait_for()
    await desk.picture("verdict")

    read = await customer.read(interview_id)
    assert read["competencies"]["communication"] == 81
    (override,) = read["overrides"]
    assert (override["original"], override["by"]) == (74, "Rita")
    (review,) = (await customer.get("/reviews")).json()["data"]
    assert (review["decision"], review["notes"][0]["by"]) == ("dismissed", "Rita")
    assert customer.secret not in page.url
    await page.click("#sign-out")
    assert await page.evaluate("sessionStorage.length") == 0


async def test_a_recruiter_sees_why_and_how_sure(
    world: World, customer: Customer, desk: Desk
) -> None:
    interview_id = await _finished(world, customer)
    page = desk.page
    await desk.sign_in(customer.secret)
    await page.click(f"text={interview_id}")
    await page.wait_for_selector("[data-review=open] >> text=Words of others")
    for target, shown in {
        "overall_score": ["Validation: none", "Standard error 6.5."],
        "competencies.communication": ["Validation: none", "Standard error 4.0."],
        "language.fluency": ["Validation: provisional", "Standard error 3.1."],
        "language.intelligibility": ["Validation: provisional", "71"],
    }.items():
        card = page.locator(f"[data-score='{target}']")
        for text in shown:
            await card.locator(f"text={text}").first.wait_for()
        overridable = await card.locator("summary:has-text('Override')").count()
        assert overridable == (target != "language.intelligibility")


async def test_a_quote_plays_where_it_was_said(
    world: World, customer: Customer, desk: Desk
) -> None:
    interview_id = await _finished(world, customer)
    page = desk.page
    await desk.sign_in(customer.secret)
    await page.click(f"text={interview_id}")
    await page.click("[data-score='competencies.communication'] summary:has-text('rests on')")
    await page.click("button:has-text('I helped')")
    # The answer begins at two seconds; the quote is half a second long.
    await desk.until("document.querySelector('audio')?.currentTime >= 1.8")
    await desk.until("document.querySelector('audio').paused")
    at = await page.evaluate("document.querySelector('audio').currentTime")
    assert 2.5 < at < 4
    await desk.picture("quote")


async def test_what_a_key_may_not_do_is_said(world: World, customer: Customer, desk: Desk) -> None:
    interview_id = await _finished(world, customer)
    page = desk.page
    await desk.sign_in("viva_live_nobody")
    await page.wait_for_selector("#sign-in-problem:has-text('unknown')")
    scopes = frozenset({Scope.INTERVIEWS_READ, Scope.REVIEWS_READ})
    reader = await world.customer(tenant=customer.tenant_id, credits_given=0, scopes=scopes)
    await desk.sign_in(reader.secret)
    await page.click("#nav a:has-text('Interviews')")
    await page.click("text=Customer support agent")
    await page.wait_for_selector("text=A-17")
    assert interview_id in page.url
    await page.check("input[value=upheld]")
    await page.click("text=Decide")
    await page.wait_for_selector("text=reviews:write")


@pytest.mark.parametrize("width", [360, 1200])
async def test_nothing_of_the_page_is_wider_than_the_screen(
    world: World, customer: Customer, desk: Desk, width: int
) -> None:
    interview_id = await _finished(world, customer)
    page = desk.page
    await page.set_viewport_size({"width": width, "height": 740})
    await desk.sign_in(customer.secret)
    await page.wait_for_selector(f"text={interview_id}")
    await desk.picture(f"reviews-{width}")
    await page.click(f"text={interview_id}")
    await page.wait_for_selector("[data-score]")
    await desk.picture(f"verdict-{width}")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_console_is_served_with_a_strict_policy(world: World) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(world.app), base_url="http://gateway"
    ) as client:
        answer = await client.get("/console")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        for name in ("console.css", "js/main.js", "js/verdict.js"):
            assert (await client.get(f"/console/assets/{name}")).status_code == 200
        for name in ("js/none.js", "../join/index.html", "%2e%2e/%2e%2e/service.py", "js"):
            assert (await client.get(f"/console/assets/{name}")).status_code == 404
