"""How the page opens, and what it says where it cannot."""

import json
from typing import Any

import httpx
import numpy as np
import pytest

from viva.audio.g711 import encode_mulaw


async def test_the_page_keeps_its_token_and_its_microphone_to_itself(
    staging: Any, interviewer: Any, voices: Any
) -> None:
    stage = await staging(interviewer)
    async with httpx.AsyncClient(base_url=stage.link.partition("/join")[0]) as client:
        answer = await client.get("/join")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "'unsafe-inline'" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "microphone=(self)" in answer.headers["permissions-policy"]
        assert "http" not in answer.text.replace("http-equiv", "").replace(
            "http://www.w3.org/2000/svg", ""
        )
        for name in ("join.css", "js/main.js", "mark.svg", "fonts/figtree-latin.woff2"):
            assert (await client.get(f"/join/assets/{name}")).status_code == 200
        for name in ("js/none.js", "../../service.py", "%2e%2e/%2e%2e/service.py", "js"):
            assert (await client.get(f"/join/assets/{name}")).status_code == 404
        assert (await client.post("/join/probe", content=bytes(1000))).status_code == 204
        assert (await client.post("/join/probe", content=bytes(300_000))).status_code == 413


@pytest.mark.parametrize(
    ("fragment", "title"), [("#t=nothing", "This link does not work"), ("", "Open your invitation")]
)
async def test_a_dead_link_is_explained(
    browser: Any, staging: Any, interviewer: Any, steps: Any, fragment: str, title: str
) -> None:
    stage = await staging(interviewer)
    page = await browser.new_page()
    await page.goto(stage.link.partition("#")[0] + fragment)
    await steps.ended(page, title)


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("link_replaced", "There is a newer link"),
        ("link_expired", "This link has expired"),
        ("interview_over", "This interview is over"),
    ],
)
async def test_each_end_of_a_link_has_its_words(
    browser: Any, staging: Any, interviewer: Any, steps: Any, code: str, title: str
) -> None:
    stage = await staging(interviewer)
    page = await browser.new_page()

    async def answer(route: Any) -> None:
        await route.fulfill(status=410, body=json.dumps({"code": code}))

    await page.route("**/v1/join/exchange", answer)
    await stage.open(page)
    await steps.ended(page, title)


async def test_a_plain_http_page_says_why_it_cannot_listen(
    browser: Any, staging: Any, interviewer: Any, steps: Any
) -> None:
    stage = await staging(interviewer)
    page = await browser.new_page()
    # Only loopback counts as secure without TLS; this name is mapped nowhere else.
    await page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    await stage.open(page)
    await steps.ended(page, "This page is not secure")
    assert "#t=" in page.url


async def test_an_in_app_browser_is_sent_to_a_real_one(
    browser: Any, staging: Any, interviewer: Any, steps: Any
) -> None:
    stage = await staging(interviewer)
    context = await browser.new_context(user_agent="Mozilla/5.0 (iPhone) Instagram 300.0")
    page = await context.new_page()
    await page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', {value: null})")
    await stage.open(page)
    await steps.ended(page, "Open this in your browser")
    assert await page.inner_text("#end-action") == "Copy link"


@pytest.mark.parametrize("rate", [44_100, 48_000, 24_000, 16_000])
async def test_the_worklet_resamples_without_loss(
    browser: Any, staging: Any, interviewer: Any, rate: int
) -> None:
    """A tone in the band comes out as it would have been sampled; what is above is gone."""
    stage = await staging(interviewer)
    page = await stage.visit(browser)
    heard = await page.evaluate(
        """async ([rate]) => {
          const { Resampler } = await import('/join/assets/js/resample.js');
          const run = (pitch) => {
            const resampler = new Resampler(rate, 16000);
            const out = [];
            for (let block = 0; block < rate / 128; block += 1) {
              const samples = Float32Array.from({ length: 128 },
                (_, i) => 0.5 * Math.sin(2 * Math.PI * pitch * (block * 128 + i) / rate));
              resampler.push(samples, (sample) => out.push(sample));
            }
            return out;
          };
          return [run(1000), rate > 20000 ? run(9500) : []];
        }""",
        [rate],
    )
    low, high = (np.array(samples) for samples in heard)
    ideal = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(len(low)) / 16_000)
    inner = slice(200, -200)
    noise = np.sqrt(np.mean((low[inner] - ideal[inner]) ** 2))
    assert 20 * np.log10(0.3535 / noise) > 60
    assert abs(len(low) - 16_000) < 200
    if len(high):
        assert np.max(np.abs(high[inner])) < 0.5 * 10 ** (-50 / 20)


async def test_mulaw_is_the_servers_mulaw(browser: Any, staging: Any, interviewer: Any) -> None:
    stage = await staging(interviewer)
    page = await stage.visit(browser)
    samples = np.arange(-32768, 32768, 7, dtype=np.int16)
    encoded = await page.evaluate(
        """async ([samples]) => {
          const { encodeMulaw } = await import('/join/assets/js/mulaw.js');
          return [...encodeMulaw(Int16Array.from(samples))];
        }""",
        [samples.tolist()],
    )
    assert bytes(encoded) == encode_mulaw(samples)
