"""The simulated person: listens, thinks, answers, and has habits."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from viva.testkit.candidate.link import Link, exchange
from viva.testkit.candidate.loudspeaker import Loudspeaker, Played, Utterance
from viva.testkit.candidate.microphone import GRID, ROOM_RMS, Echo, Microphone, voiced_end
from viva.testkit.candidate.report import Report, Turn
from viva.testkit.candidate.script import (
    SAMPLE_RATE_HZ,
    Answer,
    AnswerBook,
    Behaviour,
    Pause,
    Say,
    hesitate,
    speak_freely,
)
from viva.testkit.candidate.voice import Voice

FRAME = 320
FRAME_S = FRAME / SAMPLE_RATE_HZ
HESITATIONS_MS = (700, 1100, 900, 1600, 800, 1300)
NOISE_RMS = {Behaviour.NOISY: 250.0}
READING_PAUSES_MS = (330,)
"""Who reads pauses where the text has its commas and stops, always alike."""
COUGH = Say("Mhm.")
INTERRUPTION = Say("Sorry, could you please repeat the question?")
STALL_S = 3.0
PATIENCE_MS = 8_000
"""How long somebody who asked for a repetition waits for it."""

Listener = Callable[[str, str], None]


def rendered_ahead(book: AnswerBook, habits: "Habits") -> tuple[Answer, ...]:
    """Everything that a candidate may say, in the pieces in which it is said."""
    answers = tuple(book.all())
    if habits.behaviour is Behaviour.HESITANT:
        answers = tuple(hesitate(answer, habits.pauses_ms) for answer in answers)
    elif habits.behaviour is Behaviour.READS:
        freely = tuple(speak_freely(answer) for answer in answers[: habits.on_answer - 1])
        answers = freely + tuple(hesitate(answer, READING_PAUSES_MS) for answer in answers)
    elif habits.behaviour is Behaviour.SECOND_VOICE:
        answers += tuple(_by_another(answer) for answer in answers)
    besides = {Behaviour.COUGHS: COUGH, Behaviour.INTERRUPTS: INTERRUPTION}
    said = besides.get(habits.behaviour)
    return answers + (((said,),) if said else ())


def _by_another(answer: Answer) -> Answer:
    return tuple(
        Say(piece.text, second_voice=True) if isinstance(piece, Say) else piece for piece in answer
    )


@dataclass(frozen=True)
class Habits:
    """The numbers behind a behaviour.

    Attributes:
        reaction_ms: from the end of a question to the first word.
        on_answer: the answer (from 1) at which a special behaviour happens.
        returns_after_s: after a drop; None for never.
        returns_fresh: as a reloaded page, not as a network that was away.
    """

    behaviour: Behaviour = Behaviour.FLUENT
    reaction_ms: int = 700
    on_answer: int = 2
    returns_after_s: float | None = None
    returns_fresh: bool = True
    echo_delay_ms: int = 180
    consent: bool = True
    pauses_ms: tuple[int, ...] = HESITATIONS_MS


@dataclass
class _Speech:
    """The answer under way: its labelled end, and the pieces that are still to come."""

    question_id: str
    text: str
    pieces: int
    pauses: int
    last_voiced: int = 0
    done: bool = False
    cut_offs: int = 0


@dataclass
class Candidate:
    """A candidate who goes through one interview in real time.

    Args:
        join_url: as in the API's answer, with the token in the fragment.
        voice: renders what is said; render it ahead, nothing should be synthesized live.
        listen: called with (who, text) for each line of the conversation.
        journal: gets all that was captured.
    """

    join_url: str
    voice: Voice
    book: AnswerBook = field(default_factory=AnswerBook)
    habits: Habits = field(default_factory=Habits)
    listen: Listener = lambda _who, _text: None
    seed: int = 0
    journal: bytearray | None = None

    def __post_init__(self) -> None:
        self.report = Report()
        self._loudspeaker = Loudspeaker()
        self._microphone = Microphone(
            seed=self.seed, noise_rms=NOISE_RMS.get(self.habits.behaviour, ROOM_RMS)
        )
        if self.habits.behaviour is Behaviour.OPEN_SPEAKERS:
            self._microphone.echo = Echo(delay_ms=self.habits.echo_delay_ms)
        self._progress: dict[str, Any] = {}
        self._speech: _Speech | None = None
        self._answers = 0
        self._answered_listening = False
        self._taken_up = False
        self._free_since: int | None = None
        self._captioned: set[int] = set()
        self._absent = False
        self._interrupting = False
        self._asked_at: int | None = None

    async def run(self, timeout_s: float = 1800) -> Report:
        """Goes through the interview until its end.

        Raises:
            JoinRefusedError: the link does not open.
            TimeoutError: the interview did not end in time.
        """
        ticket = await exchange(self.join_url)
        self.report.interview = ticket.interview
        self._link = Link(ticket, self._on_message, self._on_utterance, journal=self.journal)
        async with asyncio.timeout(timeout_s), asyncio.TaskGroup() as group:
            connection = group.create_task(self._link.run())
            await self._live(group)
            connection.cancel()
        self.report.end_reason = self._link.over or "dropped"
        self.report.ended_at = time.time()
        self.report.durable_samples = self._link.durable
        return self.report

    async def _live(self, group: asyncio.TaskGroup) -> None:
        """Ticks every 20 ms: play, capture, send, think."""
        started = False
        next_tick = time.monotonic()
        while not self._link.over:
            next_tick += FRAME_S
            await asyncio.sleep(max(0.0, next_tick - time.monotonic()))
            if self._absent:
                if self.habits.returns_after_s is None:
                    return
                next_tick = time.monotonic()
                continue
            if self._link.fresh and not self._link.attached:
                next_tick = time.monotonic()
                continue
            if not started:
                started = True
                self._begin()
            self._tick(group)

    def _begin(self) -> None:
        here = self._link.position
        self._link.send_fact("consent", position=here, granted=self.habits.consent)
        self._link.send_fact("command", position=here, kind="ready")

    def _tick(self, group: asyncio.TaskGroup) -> None:
        position = self._link.position
        before = self._loudspeaker.current
        played = self._loudspeaker.play(position, FRAME)
        if before is not None:
            self._caption(before)
        self._report_playing()
        frame = self._microphone.capture(position, played)
        self._link.send_audio(frame.tobytes())
        self._think(group)

    def _report_playing(self) -> None:
        for report in self._loudspeaker.take_reports():
            if isinstance(report, Played):
                self._hear(report)
                self._link.send_fact(
                    "played",
                    utterance=report.utterance,
                    offset=report.offset,
                    count=report.count,
                    position=report.position,
                )
            else:
                self._link.send_fact(
                    "stopped",
                    utterance=report.utterance,
                    heard=report.heard,
                    position=report.position,
                )

    def _hear(self, run: Played) -> None:
        self.report.heard_audio_samples += run.count
        if self._asked_at is not None and run.offset == 0 and run.position > self._asked_at:
            self._asked_at = None
        speech = self._speech
        if speech is None:
            return
        if speech.done and run.position >= speech.last_voiced:
            self._close_turn(run.position if run.offset == 0 else speech.last_voiced)
        elif not speech.done and run.offset == 0:
            speech.cut_offs += 1

    def _close_turn(self, replied_at: int | None) -> None:
        speech, self._speech = self._speech, None
        if speech is not None:
            self.report.turns.append(
                Turn(
                    speech.question_id,
                    speech.text,
                    speech.last_voiced,
                    replied_at,
                    speech.cut_offs,
                    speech.pauses,
                )
            )

    def _think(self, group: asyncio.TaskGroup) -> None:
        """Decides whether to speak now."""
        position = self._link.position
        listening = self._progress.get("phase") == "listening"
        if not listening or not self._loudspeaker.idle or self._microphone.speaking:
            self._free_since = None
            self._maybe_interrupt()
            return
        if self._free_since is None:
            self._free_since = position
        waited_ms = (position - self._free_since) * 1000 / SAMPLE_RATE_HZ
        if self._asked_at is not None and waited_ms < PATIENCE_MS:
            return
        if self._answered_listening or waited_ms < self.habits.reaction_ms:
            return
        if position % GRID >= FRAME:
            return
        if self.habits.behaviour is Behaviour.SILENT:
            return
        self._answered_listening = True
        self._answers += 1
        self._answer(group)

    def _answer(self, group: asyncio.TaskGroup) -> None:
        question_id = str(self._progress.get("question_id", ""))
        answer = self._shaped(self.book.next(question_id))
        text = " ".join(piece.text for piece in answer if isinstance(piece, Say))
        says = [piece for piece in answer if isinstance(piece, Say)]
        pauses = sum(1 for piece in answer if isinstance(piece, Pause))
        self._line("candidate", text)
        if self.habits.behaviour is Behaviour.TYPES:
            here = self._link.position
            self._link.send_fact("text", position=here, question_id=question_id, body=text)
            return
        speech = self._speech = _Speech(question_id, text, len(says), pauses)
        self._microphone.begin(self._answers)
        for piece in answer:
            if isinstance(piece, Pause):
                silence = np.zeros(piece.ms * SAMPLE_RATE_HZ // 1000, np.int16)
                self._microphone.speak(silence)
            else:
                self._speak(piece, speech)
        special = self._answers == self.habits.on_answer
        if special and self.habits.behaviour is Behaviour.DROPS:
            group.create_task(self._drop(answer))
        if special and self.habits.behaviour is Behaviour.STALLS:
            group.create_task(self._stall())

    def _speak(self, piece: Say, speech: _Speech) -> None:
        samples = self.voice.render(piece)

        def done(position: int) -> None:
            speech.pieces -= 1
            speech.last_voiced = position
            speech.done = speech.pieces == 0

        self._microphone.speak(samples[: voiced_end(samples)], done)

    def _shaped(self, answer: Answer) -> Answer:
        match self.habits.behaviour:
            case Behaviour.HESITANT:
                return hesitate(answer, self.habits.pauses_ms)
            case Behaviour.READS if self._answers >= self.habits.on_answer:
                return hesitate(answer, READING_PAUSES_MS)
            case Behaviour.READS:
                return speak_freely(answer)
            case Behaviour.SECOND_VOICE if self._answers >= self.habits.on_answer:
                return _by_another(answer)
            case _:
                return answer

    def _maybe_interrupt(self) -> None:
        """Speaks over the interviewer, once a second of the chosen question has been heard."""
        kind = self.habits.behaviour
        playing = self._loudspeaker.current
        if kind not in {Behaviour.INTERRUPTS, Behaviour.COUGHS} or self._interrupting:
            return
        started = playing is not None and playing.heard > SAMPLE_RATE_HZ
        if started and self._answers == self.habits.on_answer - 1 and self._answers > 0:
            self._interrupting = True
            piece = COUGH if kind is Behaviour.COUGHS else INTERRUPTION
            self._line("candidate", piece.text)
            self._microphone.speak(self.voice.render(piece))
            if kind is Behaviour.INTERRUPTS:
                self._asked_at = self._link.position

    async def _drop(self, answer: Answer) -> None:
        length = sum(
            len(self.voice.render(piece)) if isinstance(piece, Say) else 0 for piece in answer
        )
        await asyncio.sleep(length / SAMPLE_RATE_HZ / 2)
        self._line("candidate", "(the connection drops)")
        back_after_s, fresh = self.habits.returns_after_s, self.habits.returns_fresh
        if back_after_s is None:
            self._link.over = "dropped"
        if back_after_s is None or fresh:
            self._leave()
        await self._link.drop(away=True)
        if back_after_s is None:
            self._link.come_back(fresh=False)
            return
        await asyncio.sleep(back_after_s)
        self._line("candidate", "(the connection is back)")
        self.report.reconnects += 1
        self._link.come_back(fresh=fresh)
        self._absent = False

    def _leave(self) -> None:
        """The page is gone: nothing is captured, and what was playing is forgotten."""
        self._absent = True
        self._microphone.hush()
        self._speech = None
        self._loudspeaker = Loudspeaker()
        self._progress = {}

    async def _stall(self) -> None:
        self._line("candidate", f"(the network stalls for {STALL_S:.0f} s)")
        self._link.stall(True)
        await asyncio.sleep(STALL_S)
        self._link.stall(False)

    def _on_message(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "attached":
                self.report.attached_at.append(time.time())
                self._take_progress(message["progress"])
            case "progress":
                self._take_progress(message)
            case "flush":
                self.report.flushed += 1
                # Stopped by an answer that goes on: what is listened to next is that answer.
                self._taken_up = self._speech is not None
                self.report.interrupted_itself += not self._taken_up
                self._loudspeaker.flush(message["utterance"], self._link.position)
            case "end":
                self._close_turn(None)

    def _take_progress(self, progress: dict[str, Any]) -> None:
        was, now = self._progress.get("phase"), progress.get("phase")
        self._progress = progress
        if now == "listening" and self._taken_up:
            self._answered_listening = True
        elif now == "speaking" or (was != "listening" and now == "listening"):
            self._answered_listening = False
        if now == "listening":
            self._taken_up = False

    def _on_utterance(self, announced: dict[str, Any], pcm: bytes) -> None:
        samples = np.frombuffer(pcm, dtype=np.int16)
        self._loudspeaker.add(Utterance(announced["number"], announced["caption"], samples))

    def _caption(self, utterance: Utterance) -> None:
        if utterance.number not in self._captioned:
            self._captioned.add(utterance.number)
            self._line("interviewer", utterance.caption)

    def _line(self, who: str, text: str) -> None:
        self.report.lines.append((who, text))
        self.listen(who, text)
