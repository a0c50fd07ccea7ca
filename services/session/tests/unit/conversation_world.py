"""A scripted candidate and client around the pure conversation, in virtual time."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from viva.session.domain.conversation import actions as act
from viva.session.domain.conversation import facts
from viva.session.domain.conversation.draft import Rules
from viva.session.domain.conversation.ending import EndedBy
from viva.session.domain.conversation.machine import conversation
from viva.session.domain.conversation.state import Stage, State
from viva.session.domain.plan import Evidence, FollowUpPlan, Plan, QuestionPlan
from viva.session.domain.plan import PersonaPlan as Persona
from viva.session.domain.script import build_script

TICK_MS = 20
MS = 16


def plan(**changes: object) -> Plan:
    questions = (
        QuestionPlan("warm", "How was your way here?", warm_up=True),
        QuestionPlan(
            "q1",
            "Tell me about a hard day.",
            max_follow_ups=1,
            follow_ups=(
                FollowUpPlan("result", "What came of it?", Evidence.RESULT),
                FollowUpPlan("more", "Tell me more.", Evidence.ELABORATION),
            ),
        ),
        QuestionPlan("q2", "Why us?"),
    )
    base = Plan("iv_1", "tn_1", Persona(name="Ada"), questions, grace_ms=20_000)
    return replace(base, **changes)  # type: ignore[arg-type]


@dataclass
class Burst:
    """Speech of so many ms, then so long a pause; what the models say at that pause."""

    speech_ms: int
    pause_ms: int = 0
    probability: float = 0.97
    text: str | None = "I did it well, and as a result it worked out in the end."


@dataclass
class World:
    """The client, the models and the candidate, on one virtual clock."""

    plan: Plan
    # What is said to each prompt, by key; nothing where it is missing.
    answers: dict[str, list[Burst]] = field(default_factory=dict)
    asr: bool = True
    # Called before each fact; may replace the state or give facts to insert.
    meddle: Callable[["World", facts.Fact], None] | None = None

    def __post_init__(self) -> None:
        script = build_script(self.plan)
        lengths = {
            key: 400 * MS * max(1, len(text.split())) for key, text in script.prompts.items()
        }
        self.rules = Rules(self.plan, lengths)
        self.state = State()
        self.now = 0
        self.log: list[facts.Fact] = []
        self.done: list[act.Action] = []
        self.spoken: list[str] = []
        self.closed: list[act.CloseAnswer] = []
        self.violations: list[str] = []
        self.playing: list[act.Say] = []
        self.known: set[int] = set()
        self.offset = 0
        self.later: list[tuple[int, int, facts.Fact]] = []
        self.talk: list[tuple[int, int, Burst]] = []
        self.ended: EndedBy | None = None
        self.released = False
        self.attached = True
        self.asked: list[str] = []
        self.taken_up = 0

    def feed(self, fact: facts.Fact) -> None:
        if self.meddle is not None:
            self.meddle(self, fact)
        self.log.append(fact)
        before = self.state
        step = conversation(self.rules, self.state, fact)
        self.state = step.state
        for action in step.actions:
            self._carry_out(before, action)

    def _carry_out(self, before: State, action: act.Action) -> None:  # noqa: C901
        self.done.append(action)
        match action:
            case act.Say():
                self._say(before, action)
            case act.Flush(number):
                cut = [s for s in self.playing if s.number == number]
                if cut:
                    heard = self.offset if self.playing[0] is cut[0] else 0
                    self.playing.remove(cut[0])
                    self.offset = 0 if heard else self.offset
                    self._soon(40, facts.Stopped(number, heard, self.now))
            case act.JudgeTurn(until):
                self._soon(90, facts.TurnJudged(until, self._burst_before(until).probability))
            case act.Recognize(start, end):
                text = self._burst_before(end).text if self.asr else None
                self._soon(250, facts.Heard(start, end, text))
            case act.JudgeOverlap(start, until):
                burst = self._burst_before(until)
                kind = facts.Overlap.NOISE if burst.text is None else facts.Overlap.WORDS
                self._soon(150, facts.OverlapJudged(start, kind))
            case act.CloseAnswer():
                self.closed.append(action)
            case act.TakenUp():
                self.taken_up += 1
            case act.End(reason):
                self.ended = reason
            case act.Release():
                self.released = True

    def _say(self, before: State, action: act.Say) -> None:
        forced = action.key in ("answer_limit", "closing:time", "repeat", "skip", "lost")
        speech = self.state.speech
        if (
            speech is not None
            and not speech.over
            and not forced
            and before.stage is Stage.LISTENING
        ):
            self.violations.append(f"{action.key} said over speech at {self.now // MS} ms")
        if action.number in self.known:
            return
        self.known.add(action.number)
        self.spoken.append(action.key)
        self.playing.append(action)

    def _burst_before(self, position: int) -> Burst:
        started = [burst for start, _, burst in self.talk if start < position]
        return started[-1] if started else Burst(0)

    def _soon(self, ms: int, fact: facts.Fact) -> None:
        heapq.heappush(self.later, (self.now + ms * MS, len(self.log) + len(self.later), fact))

    def answer(self, key: str, delay_ms: int = 600) -> None:
        """The candidate answers what was just heard to its end."""
        at = self.now + delay_ms * MS
        for burst in self.answers.get(key, []):
            end = at + burst.speech_ms * MS
            self.talk.append((at, end, burst))
            heapq.heappush(self.later, (at + 96 * MS, len(self.talk), facts.SpeechBegan(at)))
            heapq.heappush(self.later, (end + 96 * MS, len(self.talk), facts.SpeechEnded(end)))
            at = end + burst.pause_ms * MS

    def hear_anew(self) -> None:
        """Another replica's voice activity begins in the middle of a word."""
        if any(start + 96 * MS <= self.now < end for start, end, _ in self.talk):
            self._soon(96, facts.SpeechBegan(self.now))

    def say_over(self, delay_ms: int, burst: Burst) -> None:
        self.answers["*over*"] = [burst]
        self.answer("*over*", delay_ms)

    def tick(self) -> None:
        self.now += TICK_MS * MS
        while self.later and self.later[0][0] <= self.now:
            self.feed(heapq.heappop(self.later)[2])
        self.feed(facts.FramesUntil(self.now))
        self._play()

    def _play(self) -> None:
        if not self.playing:
            return
        say = self.playing[0]
        length = self.rules.durations[say.key]
        count = min(TICK_MS * MS, length - self.offset)
        self.feed(facts.Played(say.number, self.offset, count, self.now))
        if not self.playing or self.playing[0] is not say:
            return
        self.offset += count
        if self.offset >= length:
            self.playing.pop(0)
            self.offset = 0
            self.feed(facts.Stopped(say.number, length, self.now))
            self.asked.append(say.key)
            self.answer(say.key)

    def run(self, limit_ms: int = 600_000) -> "World":
        until = self.now + limit_ms * MS
        while self.now < until and self.ended is None and not self.released:
            self.tick()
        return self

    def begin(self) -> "World":
        self.feed(facts.Attached(fresh=True, lossless=True))
        self.feed(facts.Consented(granted=True))
        self.feed(facts.Commanded(facts.Command.READY))
        return self

    def run_until(self, condition: Callable[["World"], bool], limit_ms: int = 120_000) -> None:
        until = self.now + limit_ms * MS
        while not condition(self):
            assert self.now < until, "never happened"
            self.tick()

    @property
    def questions(self) -> list[str]:
        return [k for k in self.spoken if k.startswith(("question:", "followup:"))]

    def latencies(self) -> list[int]:
        return [a.latency_ms for a in self.done if isinstance(a, act.Replied)]


FLUENT = {
    "question:warm": [Burst(3000)],
    "question:q1": [Burst(4000, 700, 0.2, "So we were late and"), Burst(5000)],
    "followup:q1:more": [Burst(6000)],
    "question:q2": [Burst(4000)],
}


def listening_to(world: World, key: str) -> bool:
    answer = world.state.answer
    return world.state.stage is Stage.LISTENING and answer is not None and world.asked[-1:] == [key]
