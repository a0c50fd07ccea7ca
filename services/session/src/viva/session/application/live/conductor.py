"""Conducts one conversation: facts into the machine, its actions out. One task, no locks."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from viva.audio.pcm import to_samples
from viva.platform.clock import Clock
from viva.platform.errors import InvalidError
from viva.platform.log import get_logger
from viva.session.application.live.answer_audio import describe, first_needed
from viva.session.application.live.diary import Diary
from viva.session.application.live.ears import Ears
from viva.session.application.live.echo import LONGEST_DELAY_MS
from viva.session.application.live.keeper import Keeper
from viva.session.application.live.link import (
    AttachRequest,
    Frame,
    FromEdge,
    Link,
    Stated,
    UtteranceToPlay,
    Welcome,
)
from viva.session.application.live.playback import Playback
from viva.session.application.live.ports import Prompt, Setting, Taken
from viva.session.application.live.report import ConversationReport
from viva.session.application.live.senses import Models, Senses
from viva.session.application.live.timeline import Timeline
from viva.session.domain.conversation import actions as act
from viva.session.domain.conversation import facts
from viva.session.domain.conversation.draft import Rules
from viva.session.domain.conversation.machine import conversation
from viva.session.domain.conversation.progress import Progress, progress
from viva.session.domain.conversation.state import Stage, State
from viva.session.domain.conversation.timing import milliseconds, samples
from viva.session.domain.plan import Channel, ConsentMode

TICK_S = 0.25
_INBOX = 4_000
_SEGMENT = samples(2_000)
_KEPT = samples(12_000)
_TURN_WINDOW = samples(8_000)
_LEAD = samples(200)
_STALLED_S = 0.5
_HOLE_S = 3.0

log = get_logger(__name__)


@dataclass(frozen=True)
class Attach:
    """A client comes."""

    request: AttachRequest
    link: Link


@dataclass(frozen=True)
class Detach:
    """A link is gone."""

    link: Link
    reason: str


@dataclass(frozen=True)
class Told:
    """A client says something."""

    link: Link
    message: FromEdge


@dataclass(frozen=True)
class Sensed:
    """A model answers, or the replica itself states something."""

    fact: facts.Fact


@dataclass(frozen=True)
class Tick:
    """A quarter of a second is over."""


@dataclass(frozen=True)
class Stop:
    """Leave the conversation as it is: another replica goes on."""


Item = Attach | Detach | Told | Sensed | Tick | Stop


class Conductor:
    """One live conversation on this replica."""

    def __init__(
        self,
        setting: Setting,
        rules: Rules,
        taken: Taken,
        *,
        models: Models,
        keeper: Callable[["Conductor"], Keeper],
        clock: Clock,
        report: ConversationReport,
    ) -> None:
        self.setting = setting
        self._rules = rules
        self._models = models
        self._clock = clock
        self._report = report
        self._inbox: asyncio.Queue[Item] = asyncio.Queue(_INBOX)
        self._timeline = Timeline(taken.position)
        self._ears = Ears(models.voice_activity.open(), taken.position)
        self._playback = Playback()
        self._diary = Diary(taken.log_number)
        self._state = taken.state
        self._epoch = taken.lease.epoch
        self._client_fact = taken.client_fact
        self._segment_start = taken.position
        self._link: Link | None = None
        self._connection = -1
        self._shown: Progress | None = None
        self._last_progress = clock.monotonic()
        self._hole_since: float | None = None
        self._over = False
        self._released = False
        self._texts = {key: prompt.text for key, prompt in setting.prompts.items()}
        language = setting.spec.persona.language or "en"
        self._senses = Senses(models, setting.interview_id, language, self.sensed)
        self.keeper = keeper(self)

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        return self._state

    @property
    def released(self) -> bool:
        """Whether nothing began and nobody stayed: it can be joined anew."""
        return self._released

    # What others may call, from the event loop.

    def attach(self, request: AttachRequest, link: Link) -> None:
        """A client comes; the newest connection wins."""
        self._put(Attach(request, link))

    def detach(self, link: Link, reason: str) -> None:
        """A link is gone."""
        self._put(Detach(link, reason))

    async def tell(self, link: Link, message: FromEdge) -> None:
        """A client says something; waits while the conversation is behind."""
        await self._inbox.put(Told(link, message))

    def sensed(self, fact: facts.Fact) -> None:
        """A model answers."""
        self._put(Sensed(fact))

    def stop(self) -> None:
        """Hands the conversation over at once."""
        self._put(Stop())

    def stored(self, position: int, fact: int) -> None:
        """The keeper stored everything up to here."""
        if self._link is not None:
            self._link.durable(position, fact)

    def lost(self, over: bool) -> None:
        """The keeper may not write any more."""
        if self._link is not None:
            if over:
                self._link.end("over")
            else:
                self._link.lost()
        self.stop()

    def take_over(self, taken: Taken, pcm: bytes) -> None:
        """Goes on where another replica, or an earlier life of this one, left off.

        Args:
            taken: what it stored.
            pcm: the sound before `taken.position` that an open answer needs.
        """
        self._timeline.prepend(pcm)
        for item in self._state.playing:
            self._playback.sent(item.number, item.key)
        for run in taken.runs:
            self._playback.sent(run.utterance, run.key)
            self._playback.played(facts.Played(run.utterance, run.offset, run.count, run.position))
        self._playback.stopped()
        self._playback.take_closed()
        for logged in taken.facts:
            self._replay(logged.fact)
        self._feed(facts.FramesUntil(taken.position))
        self._feed(facts.Resumed(self._epoch))

    async def run(self) -> None:
        """Conducts until the end, a release, or until another replica takes over."""
        ticking = asyncio.create_task(self._tick())
        keeping = asyncio.create_task(self.keeper.run())
        try:
            while not self._over:
                item = await self._inbox.get()
                await self._handle(item)
        finally:
            ticking.cancel()
            await self._senses.stop()
            self._diary.settle(self._state)
            self._flush_log()
            self.keeper.close()
            await asyncio.gather(ticking, keeping, return_exceptions=True)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._put(Tick())

    def _put(self, item: Item) -> None:
        try:
            self._inbox.put_nowait(item)
        except asyncio.QueueFull:
            # A conversation that is thousands of items behind is lost here: go on elsewhere.
            log.error("conversation_overrun")  # noqa: TRY400 - no trace wanted
            self._over = True

    async def _handle(self, item: Item) -> None:
        match item:
            case Told(link, message):
                if link is self._link:
                    await self._told(link, message)
            case Sensed(fact):
                self._feed(fact)
            case Tick():
                await self._ticked()
            case Attach(request, link):
                await self._attach(request, link)
            case Detach(link, reason):
                if link is self._link:
                    self._link = None
                    self._feed(facts.Detached(reason))
            case Stop():
                self._feed_nothing_more()

    def _feed_nothing_more(self) -> None:
        self._cut_segment()
        self._checkpoint()
        if self._link is not None and not self.keeper.gone:
            self._link.lost()
        self._over = True

    async def _attach(self, request: AttachRequest, link: Link) -> None:
        if request.connection < self._connection:
            link.replaced()
            return
        if self._link is not None and self._link is not link:
            self._link.replaced()
        self._link, self._connection = link, request.connection
        hole = self._timeline.hole
        lossless = not request.fresh and request.buffered_from <= self._timeline.until
        if request.fresh and hole is not None:
            await self._give_up_sound(hole.end)
        elif request.fresh:
            for fact in self._ears.break_off():
                self._feed(fact)
        link.welcome(self._welcome(request))
        self._shown = None
        if not request.fresh and not lossless:
            await self._give_up_sound(request.buffered_from)
        self._last_progress = self._clock.monotonic()
        self._feed(facts.Attached(request.fresh, lossless, request.playing))
        self._show()

    def _welcome(self, request: AttachRequest) -> Welcome:
        plan = self._rules.plan
        explicit = plan.consent_mode is ConsentMode.EXPLICIT and plan.channel is Channel.BROWSER
        return Welcome(
            epoch=self._epoch,
            base_position=self._timeline.until if request.fresh else 0,
            resume_from=self._timeline.until,
            resume_fact=self._client_fact + 1,
            progress=progress(self._rules, self._state, self._texts),
            consent_needed=explicit and not self._state.consented,
            captions=plan.captions,
            text_answers=plan.text_answers,
        )

    async def _told(self, link: Link, message: FromEdge) -> None:
        if isinstance(message, Frame):
            try:
                pcm = self._timeline.add(message.position, message.pcm)
            except InvalidError as error:
                link.refuse(error)
                return
            await self._hear(pcm)
            return
        await self._stated(message)

    async def _stated(self, stated: Stated) -> None:
        if stated.number:
            if stated.number <= self._client_fact:
                return
            self._client_fact = stated.number
        fact = stated.fact
        if isinstance(fact, facts.Elapsed):
            return
        if isinstance(fact, facts.Typed) and not self._rules.plan.text_answers:
            log.warning("text_answer_refused")
            return
        if isinstance(fact, facts.Played):
            self._playback.played(fact)
        elif isinstance(fact, facts.Stopped):
            self._playback.stopped()
        self._feed(fact)
        self._keep_runs()

    def _keep_runs(self) -> None:
        for run in self._playback.take_closed():
            self.keeper.played(run, self.setting.prompts[run.key].object_key)

    async def _hear(self, pcm: bytes) -> None:
        if not pcm:
            return
        self._last_progress = self._clock.monotonic()
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._models.quick, self._ears.hear, pcm)
        for fact in found:
            self._feed(fact)
        self._feed(facts.FramesUntil(self._timeline.until))
        if self._timeline.until - self._segment_start >= _SEGMENT:
            self._cut_segment()
            self._flush_log()
        self._trim()

    async def _ticked(self) -> None:
        """Keeps the time while no sound comes, and gives up sound that does not come."""
        now = self._clock.monotonic()
        stalled = now - self._last_progress
        if stalled >= _STALLED_S:
            self._last_progress = now - _STALLED_S / 2
            self._feed(facts.Elapsed(round((stalled - _STALLED_S / 2) * 1000)))
            self._flush_log()
        hole = self._timeline.hole
        if hole is None:
            self._hole_since = None
        elif self._hole_since is None:
            self._hole_since = now
        elif now - self._hole_since >= self._patience_s():
            self._hole_since = None
            await self._give_up_sound(hole.end)

    def _patience_s(self) -> float:
        return 0.0 if self._rules.plan.channel is Channel.PHONE else _HOLE_S

    async def _give_up_sound(self, end: int) -> None:
        """What is missing before `end` becomes absence."""
        start = self._timeline.until
        if end <= start:
            return
        for fact in self._ears.break_off():
            self._feed(fact)
        pcm = self._timeline.fill(end)
        self._feed(facts.Gap(start, end))
        log.warning("sound_missing", missing_ms=milliseconds(end - start))
        await self._hear(pcm)

    def _feed(self, fact: facts.Fact) -> None:
        """One step of the machine, and what it wants."""
        before = self._state
        step = conversation(self._rules, before, fact)
        self._state = step.state
        self._diary.note(fact, before, step)
        for action in step.actions:
            self._perform(action)
        if (
            step.actions
            or not isinstance(fact, facts.FramesUntil)
            or self._state.stage is Stage.LISTENING
        ):
            self._show()

    def _replay(self, fact: facts.Fact) -> None:
        """A step that was taken before; only what must not be lost is done again."""
        step = conversation(self._rules, self._state, fact)
        self._state = step.state
        for action in step.actions:
            match action:
                case act.Say(number, key):
                    self._playback.sent(number, key)
                case act.CloseAnswer() | act.Start() | act.End():
                    self._perform(action)
                case _:
                    pass

    def _perform(self, action: act.Action) -> None:
        match action:
            case act.Say():
                self._say(action)
            case act.Flush(number):
                if self._link is not None:
                    self._link.flush(number)
            case act.JudgeTurn(until):
                self._senses.judge_turn(until, self._turn_sound())
            case act.Recognize(start, end):
                pcm = self._timeline.window(start - _LEAD, end + _LEAD)
                self._senses.recognize(start, end, pcm)
            case act.JudgeOverlap():
                self._judge_overlap(action)
            case act.Ask(need):
                if self._link is not None:
                    self._link.ask(need)
            case _:
                self._settle(action)
        self._report.did(action)

    def _settle(self, action: act.Action) -> None:
        match action:
            case act.CloseAnswer():
                self.keeper.answer(*describe(self.setting, action, self._timeline, self._playback))
            case act.Start():
                self.keeper.start()
                self._segment_start = self._timeline.until
                self._checkpoint()
            case act.Save():
                self._checkpoint()
            case act.Release():
                self._released = self._over = True
            case act.End(reason):
                self._playback.stopped()
                self._keep_runs()
                self.keeper.end(reason.value)
                self._checkpoint()
                if self._link is not None:
                    self._link.end(reason.value)
                self._over = True
            case _:
                pass

    def _say(self, action: act.Say) -> None:
        prompt: Prompt = self.setting.prompts[action.key]
        self._playback.sent(action.number, action.key)
        if self._link is not None:
            self._link.play(
                UtteranceToPlay(self._epoch, action.number, prompt.sha256, prompt.pcm, prompt.text)
            )

    def _turn_sound(self) -> bytes:
        """The turn so far, at most as long as the model listens."""
        answer = self._state.answer
        until = self._timeline.until
        start = until - _TURN_WINDOW
        if answer is not None and answer.spans:
            start = max(start, answer.spans[0].start - _LEAD)
        return self._timeline.window(start, until)

    def _judge_overlap(self, action: act.JudgeOverlap) -> None:
        before = action.start - samples(LONGEST_DELAY_MS)
        played = self._playback.heard(
            before, action.until, lambda key: self.setting.prompts[key].pcm
        )
        caption = " ".join(
            self.setting.prompts[key].text for key in self._playback.keys(before, action.until)
        )
        self._senses.judge_overlap(
            action.start,
            self._timeline.window(action.start, action.until),
            to_samples(played.tobytes()),
            caption,
            milliseconds(action.until - action.start),
        )

    def _show(self) -> None:
        now = progress(self._rules, self._state, self._texts)
        if self._link is not None and now != self._shown:
            self._shown = now
            self._link.show(now)

    def _checkpoint(self) -> None:
        """Stores the state, and all sound that it knows of: it must never be ahead of it."""
        self._cut_segment()
        self._diary.settle(self._state)
        self._flush_log()
        self.keeper.checkpoint(self._state, self._diary.number)

    def _flush_log(self) -> None:
        self.keeper.log(self._diary.take(), self._client_fact)

    def _cut_segment(self) -> None:
        """Gives the sound so far to be stored; before the interview begins nothing is recorded."""
        until = self._timeline.until
        if self._state.stage is Stage.WAITING:
            self.keeper.passed(until)
        elif until > self._segment_start:
            self.keeper.sound(
                self._segment_start, self._timeline.window(self._segment_start, until)
            )
        self._segment_start = until

    def _trim(self) -> None:
        """Forgets sound that neither a model nor an answer's recording can need."""
        needed = [self._timeline.until - _KEPT, self._segment_start]
        answers = (self._state.answer, self._state.previous)
        needed += [first_needed(a.spans[0].start) for a in answers if a is not None and a.spans]
        if self._state.speech is not None:
            needed.append(first_needed(self._state.speech.began))
        if min(needed) - self._timeline.start >= _SEGMENT:
            self._timeline.trim(min(needed))
