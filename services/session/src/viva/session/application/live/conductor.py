"""Conducts one conversation: facts into the machine, its actions out. One task, no locks."""

import asyncio
from collections.abc import Callable, Iterable

from viva.platform.clock import Clock
from viva.platform.errors import InvalidError
from viva.platform.log import get_logger
from viva.session.application.live.answer_audio import describe, first_needed
from viva.session.application.live.diary import Diary
from viva.session.application.live.ears import Ears
from viva.session.application.live.hearing import Hearing
from viva.session.application.live.inbox import (
    Attach,
    Detach,
    HandOver,
    Item,
    Sensed,
    Stop,
    Tick,
    Told,
)
from viva.session.application.live.keeper import Keeper
from viva.session.application.live.link import (
    AttachRequest,
    Frame,
    FromEdge,
    Link,
    Stated,
    Welcome,
)
from viva.session.application.live.outlet import Outlet
from viva.session.application.live.ports import Setting, Taken
from viva.session.application.live.report import ConversationReport
from viva.session.application.live.senses import Models, Senses
from viva.session.application.live.timeline import Timeline
from viva.session.domain.conversation import actions as act
from viva.session.domain.conversation import facts
from viva.session.domain.conversation.draft import Rules
from viva.session.domain.conversation.handing_over import may_change_replica
from viva.session.domain.conversation.machine import conversation
from viva.session.domain.conversation.progress import progress
from viva.session.domain.conversation.recorded import may_record
from viva.session.domain.conversation.timing import milliseconds, samples
from viva.session.domain.plan import Channel, ConsentMode

TICK_S = 0.25
_INBOX = 4_000
_SEGMENT = samples(2_000)
# A browser sends late what it could not send in time; a phone leg never does.
_PATIENCE_S = {Channel.BROWSER: 3.0, Channel.PHONE: 0.0}

log = get_logger(__name__)


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
        self._report = report
        self._inbox: asyncio.Queue[Item] = asyncio.Queue(_INBOX)
        self._hearing = Hearing(
            Timeline(taken.position),
            Ears(models.voice_activity.open(), taken.position),
            models.quick,
            clock,
            _PATIENCE_S[rules.plan.channel],
        )
        self._outlet = Outlet(taken.lease.epoch, setting.prompts)
        self._senses = Senses(
            models, setting.interview_id, rules.plan.persona.language, self.sensed
        )
        self._diary = Diary(taken.log_number)
        self._state = taken.state
        self._epoch = taken.lease.epoch
        self._client_fact = taken.client_fact
        self._segment_start = taken.position
        self._texts = {key: prompt.text for key, prompt in setting.prompts.items()}
        self._over = False
        self._leaving = self._moving = False
        self._released = False
        self.keeper = keeper(self)

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

    def hand_over(self) -> None:
        """Hands the conversation over at the next turn's end."""
        self._put(HandOver())

    def stop(self) -> None:
        """Hands the conversation over at once."""
        self._put(Stop())

    def stored(self, position: int, fact: int) -> None:
        """The keeper stored everything up to here."""
        self._outlet.durable(position, fact)

    def lost(self, over: bool) -> None:
        """The keeper may not write any more."""
        if over:
            self._outlet.end("over")
        else:
            self._outlet.lose()
        self.stop()

    def take_over(self, taken: Taken, pcm: bytes) -> None:
        """Goes on where another replica, or an earlier life of this one, left off.

        Args:
            taken: what it stored.
            pcm: the sound before `taken.position` that an open answer needs.
        """
        self._hearing.timeline.prepend(pcm)
        for item in self._state.playing:
            self._outlet.remember(item.number, item.key)
        for run in taken.runs:
            self._outlet.remember(run.utterance, run.key)
            self._outlet.reported(facts.Played(run.utterance, run.offset, run.count, run.position))
        self._outlet.playback.stopped()
        self._outlet.runs()
        for logged in taken.facts:
            self._replay(logged.fact)
        self._feed([facts.FramesUntil(taken.position), facts.Resumed(self._epoch)])

    async def run(self) -> None:
        """Conducts until the end, a release, or until another replica takes over."""
        ticking = asyncio.create_task(self._tick())
        keeping = asyncio.create_task(self.keeper.run())
        try:
            while not self._over:
                await self._handle(await self._inbox.get())
                if self._leaving and not self._over and may_change_replica(self._state):
                    self._let_go()
        finally:
            ticking.cancel()
            await self._senses.stop()
            self._diary.settle(self._state)
            self._flush_log()
            self.keeper.close()
            await asyncio.gather(ticking, keeping, return_exceptions=True)
            if self._moving and not self.keeper.gone:
                self._outlet.lose()

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
                if self._outlet.is_to(link):
                    await self._told(message)
            case Sensed(fact):
                self._feed([fact])
            case Tick():
                await self._ticked()
            case Attach(request, link):
                await self._attach(request, link)
            case Detach(link, reason):
                if self._outlet.is_to(link):
                    self._outlet.disconnect()
                    self._feed([facts.Detached(reason)])
            case HandOver():
                self._leaving = True
            case Stop():
                self._let_go()

    def _let_go(self) -> None:
        """Stores everything; then the client is sent to another replica."""
        self._checkpoint()
        self._over = self._moving = True

    async def _ticked(self) -> None:
        found = await self._hearing.tick()
        if found:
            # Without sound no segment is cut that would bring the log along.
            self._feed(found)
            self._flush_log()

    async def _attach(self, request: AttachRequest, link: Link) -> None:
        if not self._outlet.connect(link, request.connection):
            return
        held = self._hearing.until
        lossless = not request.fresh and request.buffered_from <= held
        if request.fresh:
            self._feed(await self._hearing.begin_anew())
        self._outlet.welcome(self._welcome(request))
        if not request.fresh and not lossless:
            self._feed(await self._hearing.give_up(request.buffered_from))
        self._feed([facts.Attached(request.fresh, lossless, request.playing)])

    def _welcome(self, request: AttachRequest) -> Welcome:
        plan = self._rules.plan
        explicit = plan.consent_mode is ConsentMode.EXPLICIT and plan.channel is Channel.BROWSER
        return Welcome(
            epoch=self._epoch,
            base_position=self._hearing.until if request.fresh else 0,
            resume_from=self._hearing.until,
            resume_fact=self._client_fact + 1,
            progress=progress(self._rules, self._state, self._texts),
            consent_needed=explicit and not self._state.consented,
            captions=plan.captions,
            text_answers=plan.text_answers,
        )

    async def _told(self, message: FromEdge) -> None:
        if isinstance(message, Stated):
            self._stated(message)
        else:
            await self._heard(message)

    async def _heard(self, frame: Frame) -> None:
        try:
            found = await self._hearing.take(frame.position, frame.pcm)
        except InvalidError as error:
            self._outlet.refuse(error)
            return
        self._feed(found)
        if self._hearing.until - self._segment_start >= _SEGMENT:
            self._cut_segment()
            self._flush_log()
            self._hearing.forget(self._first_needed())

    def _stated(self, stated: Stated) -> None:
        fact = stated.fact
        if stated.number:
            if stated.number <= self._client_fact:
                return
            self._client_fact = stated.number
        if isinstance(fact, facts.Elapsed):
            # This replica keeps the time itself.
            return
        if isinstance(fact, facts.Typed) and not self._rules.plan.text_answers:
            log.warning("text_answer_refused")
            return
        self._outlet.reported(fact)
        self._feed([fact])
        self._keep_runs()

    def _keep_runs(self) -> None:
        for run, object_key in self._outlet.runs():
            self.keeper.played(run, object_key)

    def _feed(self, found: Iterable[facts.Fact]) -> None:
        """Steps of the machine, and what it wants."""
        for fact in found:
            before = self._state
            step = conversation(self._rules, before, fact)
            self._state = step.state
            self._diary.note(fact, before, step)
            for action in step.actions:
                self._perform(action)
            self._outlet.show(progress(self._rules, self._state, self._texts))

    def _replay(self, fact: facts.Fact) -> None:
        """A step that was taken before; only what must not be lost is done again."""
        step = conversation(self._rules, self._state, fact)
        self._state = step.state
        for action in step.actions:
            match action:
                case act.Say(number, key):
                    self._outlet.remember(number, key)
                case act.CloseAnswer() | act.Start() | act.End():
                    self._perform(action)
                case _:
                    pass

    def _perform(self, action: act.Action) -> None:
        match action:
            case act.Say(number, key):
                self._outlet.say(number, key)
            case act.Flush(number):
                self._outlet.flush(number)
            case act.Ask(need):
                self._outlet.ask(need)
            case act.JudgeTurn(until):
                self._senses.judge_turn(until, self._hearing.turn(self._state.answer))
            case act.Recognize(start, end):
                self._senses.recognize(start, end, self._hearing.piece(start, end))
            case act.JudgeOverlap(start, until):
                self._judge_overlap(start, until)
            case _:
                self._settle(action)
        self._report.did(action)

    def _settle(self, action: act.Action) -> None:
        """What changes the interview, not only the moment."""
        match action:
            case act.CloseAnswer():
                sound, playback = self._hearing.timeline, self._outlet.playback
                self.keeper.answer(*describe(self.setting, action, sound, playback))
            case act.Start():
                self.keeper.start()
                self._checkpoint()
            case act.Save():
                self._checkpoint()
            case act.Release():
                self._released = self._over = True
            case act.End(reason):
                self._outlet.playback.stopped()
                self._keep_runs()
                self.keeper.end(reason.value)
                self._checkpoint()
                self._outlet.end(reason.value)
                self._over = True
            case _:
                pass

    def _judge_overlap(self, start: int, until: int) -> None:
        played, caption = self._outlet.heard_before(start, until)
        pcm = self._hearing.timeline.window(start, until)
        self._senses.judge_overlap(start, pcm, played, caption, milliseconds(until - start))

    def _checkpoint(self) -> None:
        """Stores the state, and all sound that it knows of: it must never be ahead of it."""
        self._cut_segment()
        self._diary.settle(self._state)
        self._flush_log()
        self.keeper.checkpoint(self._state, self._diary.number)

    def _flush_log(self) -> None:
        self.keeper.log(self._diary.take(), self._client_fact)

    def _cut_segment(self) -> None:
        """Gives the sound so far to be stored, where the candidate has agreed to that."""
        start, until = self._segment_start, self._hearing.until
        self._segment_start = until
        if not may_record(self._rules.plan, self._state):
            self.keeper.passed(until)
        elif until > start:
            self.keeper.sound(start, self._hearing.timeline.window(start, until))

    def _first_needed(self) -> int:
        """The first sound that the recording of an answer may still take in."""
        answers = (self._state.answer, self._state.previous)
        starts = [a.spans[0].start for a in answers if a is not None and a.spans]
        if self._state.speech is not None:
            starts.append(self._state.speech.began)
        return first_needed(min([*starts, self._segment_start]))
