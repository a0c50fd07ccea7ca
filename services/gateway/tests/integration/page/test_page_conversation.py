"""Whole visits to the join page in Chromium, with real audio both ways."""

from itertools import pairwise
from typing import Any

from viva.contracts.session.v1 import conversation_pb2 as pb


async def test_a_whole_interview(
    browser: Any, staging: Any, interviewer: Any, steps: Any, listening: Any
) -> None:
    stage = await staging(interviewer)
    page = await stage.visit(browser)
    assert await page.inner_text("h1:visible") == "Your interview for Customer support agent"
    assert "#" not in page.url
    await steps.begin(page)
    await steps.phase(page, "speaking")
    await steps.answer(page)
    await steps.answer(page)
    await steps.ended(page, "Thank you!")

    # A machine that is slow for a second makes the edge attach again: more than one stream.
    streams = stage.session.streams
    assert streams[0].attach.fresh
    assert [c.granted for c in listening.all(streams, "consent")] == [True]
    kinds = [c.kind for c in listening.all(streams, "command")]
    assert kinds == [pb.COMMAND_KIND_READY, pb.COMMAND_KIND_DONE, pb.COMMAND_KIND_DONE]
    facts = listening.numbers(*streams)
    assert facts == list(range(1, len(facts) + 1))
    first, heard = listening.audio(*streams)
    assert first == 0
    assert len(heard) > 8 * 16_000
    assert listening.likeness(heard) > 0.7
    played = [said.run for said in listening.all(streams, "played")]
    _assert_played_whole(listening.all(streams, "stopped"), played, interviewer.lines)


def _assert_played_whole(ends: Any, played: Any, lines: Any) -> None:
    """Each utterance was played from its first sample to its last, once, in one run of reports."""
    assert [end.heard for end in ends] == [len(samples) for _, samples in lines]
    for number, (_, samples) in enumerate(lines, start=1):
        runs = [run for run in played if run.utterance == number]
        assert runs[0].offset == 0
        assert all(a.offset + a.count == b.offset for a, b in pairwise(runs))
        assert runs[-1].offset + runs[-1].count == len(samples)
        # Heard and captured sound run on one clock: a sample in, a sample out.
        drift = [b.position - a.position - a.count for a, b in pairwise(runs)]
        assert max(map(abs, drift), default=0) <= 16_000 // 50


async def test_a_reload_goes_on_where_it_was(
    browser: Any, staging: Any, interviewer: Any, steps: Any, listening: Any
) -> None:
    stage = await staging(interviewer)
    page = await stage.visit(browser)
    await steps.begin(page)
    await steps.phase(page, "listening")
    await page.reload()
    await page.click("#rejoin")
    await steps.phase(page, "listening")
    await steps.answer(page)
    await steps.answer(page)
    await steps.ended(page, "Thank you!")

    streams = stage.session.streams
    fresh = [index for index, stream in enumerate(streams) if stream.attach.fresh]
    assert fresh[0] == 0
    before, after = streams[: fresh[1]], streams[fresh[1] :]
    assert after[0].attach.connection > before[-1].attach.connection
    first, heard = listening.audio(*after)
    assert first == interviewer.until(before)
    assert listening.likeness(heard) > 0.7
    numbers = listening.numbers(*before, *after)
    assert numbers == list(range(1, len(numbers) + 1))


async def test_a_second_tab_takes_over_and_gives_back(
    browser: Any, staging: Any, interviewer: Any, steps: Any
) -> None:
    stage = await staging(interviewer)
    first = await stage.visit(browser)
    await steps.begin(first)
    await steps.phase(first, "listening")
    second = await stage.visit(browser)
    await steps.take_over(second)
    await steps.ended(first, "Opened somewhere else")
    await steps.phase(second, "listening")
    await first.click("#end-action")
    await first.click("#rejoin")
    await steps.ended(second, "Opened somewhere else")
    await steps.answer(first)
    await steps.answer(first)
    await steps.ended(first, "Thank you!")


async def test_a_lost_gateway_loses_no_sound(
    browser: Any, staging: Any, interviewer: Any, steps: Any, listening: Any
) -> None:
    stage = await staging(interviewer)
    page = await stage.visit(browser)
    await steps.begin(page)
    await steps.phase(page, "listening")
    stream = await stage.session.stream()
    stream.say(durable=pb.Durable(position=interviewer.until([stream]) - 8000, fact=1))
    await stage.edge.drain()
    stage.edge.accept_again()
    again = await stage.session.stream(1)
    assert not again.attach.fresh
    assert again.attach.buffered_from <= interviewer.until([stream])
    await again.until(lambda s: len(s.audio()) > 50)
    _, heard = listening.audio(stream, again)
    assert listening.likeness(heard) > 0.7
    await steps.answer(page)
    await steps.answer(page)
    await steps.ended(page, "Thank you!")


async def test_a_flush_stops_the_interviewer_at_once(
    browser: Any, staging: Any, interviewer: Any, steps: Any
) -> None:
    stage = await staging(interviewer)
    page = await stage.visit(browser)
    await steps.begin(page)
    stream = await stage.session.stream()
    await stream.until_heard("played", 3)
    stream.say(flush=pb.Flush(utterance=1))
    (stopped,) = await stream.until_heard("stopped")
    whole = len(interviewer.lines[0][1])
    assert stopped.utterance == 1
    assert 3 * 3200 <= stopped.heard < whole - 3200
    last = stream.all("played")[-1].run
    assert last.offset + last.count == stopped.heard


async def test_without_flags_the_tap_is_enough(
    strict_browser: Any, staging: Any, interviewer: Any, steps: Any, listening: Any
) -> None:
    stage = await staging(interviewer)
    page = await stage.visit(strict_browser, permissions=["microphone"])
    await steps.begin(page)
    await steps.answer(page)
    await steps.answer(page)
    await steps.ended(page, "Thank you!")
    stream = await stage.session.stream()
    assert listening.likeness(listening.audio(stream)[1]) > 0.7


async def test_a_blocked_microphone_is_explained(
    strict_browser: Any, staging: Any, interviewer: Any, steps: Any
) -> None:
    stage = await staging(interviewer)
    page = await stage.visit(strict_browser)
    await steps.consent(page)
    await page.click("#mic-on")
    await page.wait_for_selector("#check-mic.failed")
    assert "The microphone is blocked" in await page.inner_text("#mic-text")
    assert await page.is_disabled("#start")


async def test_who_does_not_agree_is_not_recorded(
    browser: Any, staging: Any, interviewer: Any, steps: Any
) -> None:
    stage = await staging(interviewer)
    page = await stage.visit(browser)
    await page.click("#to-consent")
    await page.click("#refuse")
    stream = await stage.session.stream()
    (consent,) = await stream.until_heard("consent")
    assert not consent.granted
    stream.say(end=pb.End(reason="consent_refused"))
    await steps.ended(page, "Nothing was recorded")
    assert not stream.audio()


async def test_leaving_says_goodbye(
    browser: Any, staging: Any, interviewer: Any, steps: Any
) -> None:
    stage = await staging(interviewer)
    page = await stage.visit(browser)
    await steps.begin(page)
    await steps.phase(page, "speaking")
    await page.click("#leave")
    await page.click("#leave-now")
    stream = await stage.session.stream()
    await stream.until_heard("bye")
    stream.say(end=pb.End(reason="candidate_left"))
    await steps.ended(page, "You left the interview")
