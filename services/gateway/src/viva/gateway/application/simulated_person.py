"""The simulated candidate as the edge sees one: in real time, with a microphone and a loudspeaker.

It sits where a browser's socket would. All behind it is the real thing: the edge, the session,
recognition, scores.
"""

import array
import asyncio
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from viva.edge.messages import (
    Attached,
    Audio,
    ClientMessage,
    Command,
    Consent,
    Downlink,
    End,
    Flush,
    Heartbeat,
    Played,
    Progress,
    Refusal,
    Replaced,
    Stopped,
    Utterance,
)
from viva.edge.ports import ClientGoneError
from viva.gateway.domain.simulation import Behaviour

FRAME = 320
FRAME_S = 0.02
FRAME_BYTES = 2 * FRAME
_REACTION_FRAMES = 35
_REPORT_FRAMES = 10
_PULSE_FRAMES = 25
_DROPS_AT = 2
_OWN_TURN = frozenset({"listening", "thinking"})
# A quiet room: digital silence would pass for a microphone that is off.
_ROOM = 8


@dataclass
class SimulatedPerson:
    """Hears every prompt out, answers each question, and does as its behaviour says.

    Args:
        answers: PCM16 at 16 kHz, by question.
        follow_up: the same, for whatever else is asked.
    """

    answers: Mapping[str, bytes]
    follow_up: bytes
    behaviour: Behaviour = Behaviour.FLUENT
    over: str = ""
    _said: deque[ClientMessage] = field(default_factory=deque)
    _next_tick: float = 0.0
    _ticks: int = 0
    _fact: int = 0
    _position: int = -1
    _phase: str = ""
    _question: str = ""
    _given: int = 0
    _given_here: int = 0
    _answered: bool = False
    _free_frames: int = 0
    _playing: deque[Utterance] = field(default_factory=deque)
    _known: set[int] = field(default_factory=set)
    _heard: int = 0
    _run: Played | None = None
    _speech: bytes = b""
    _leaves_at: int = -1

    def __post_init__(self) -> None:
        noise = random.Random(0)
        samples = (noise.randint(-_ROOM, _ROOM) for _ in range(50 * FRAME))
        self._room = array.array("h", samples).tobytes()

    async def receive(self) -> ClientMessage:
        """Gives what the person's browser would send, as time goes by.

        Raises:
            ClientGoneError: the person has left.
        """
        while not self._said:
            if self.over:
                raise ClientGoneError(self.over)
            await self._until_next_tick()
            self._tick()
        return self._said.popleft()

    async def send(self, message: Downlink) -> None:
        """Takes what the session says."""
        match message:
            case Attached():
                self._position = message.base_position
                self._fact = max(self._fact, message.resume_fact - 1)
                self._progress(message.progress)
                self._said.append(Consent(self._number(), self._position, granted=True))
                self._said.append(Command(self._number(), self._position, "ready"))
            case Progress():
                self._progress(message)
            case Utterance() if message.number not in self._known:
                self._known.add(message.number)
                self._playing.append(message)
            case Flush() if self._playing and self._playing[0].number == message.utterance:
                self._stop_playing()
            case Flush():
                self._drop_queued(message.utterance)
            case End():
                self.over = message.reason
            case Refusal():
                self.over = message.code
            case Replaced():
                self.over = "replaced"
            case _:
                pass

    async def close(self, code: int, reason: str) -> None:
        """The edge ended the connection."""
        self.over = self.over or reason or str(code)

    async def _until_next_tick(self) -> None:
        now = asyncio.get_running_loop().time()
        # Late by much: time is not caught up with, as no microphone would.
        self._next_tick = max(self._next_tick + FRAME_S, now - 1.0)
        await asyncio.sleep(max(0.0, self._next_tick - now))

    def _tick(self) -> None:
        self._ticks += 1
        if self._position < 0:
            if self._ticks % _PULSE_FRAMES == 0:
                self._said.append(Heartbeat())
            return
        self._play()
        self._think()
        self._capture()

    def _play(self) -> None:
        if not self._playing:
            return
        utterance = self._playing[0]
        count = min(FRAME, len(utterance.pcm) // 2 - self._heard)
        if self._run is None:
            self._run = Played(1, utterance.number, self._heard, 0, self._position)
        self._run = replace(self._run, count=self._run.count + count)
        self._heard += count
        if self._heard >= len(utterance.pcm) // 2:
            self._stop_playing()
        elif self._run.count >= _REPORT_FRAMES * FRAME:
            self._report()

    def _stop_playing(self) -> None:
        self._report()
        utterance = self._playing.popleft()
        self._said.append(
            Stopped(self._number(), utterance.number, self._heard, self._position + FRAME)
        )
        self._heard = 0

    def _drop_queued(self, number: int) -> None:
        queued = [utterance for utterance in self._playing if utterance.number == number]
        for utterance in queued:
            self._playing.remove(utterance)
            self._said.append(Stopped(self._number(), number, 0, self._position))

    def _report(self) -> None:
        run, self._run = self._run, None
        if run is not None and run.count:
            self._said.append(replace(run, fact=self._number()))

    def _capture(self) -> None:
        spoken, self._speech = self._speech[:FRAME_BYTES], self._speech[FRAME_BYTES:]
        at = self._ticks % 50 * FRAME_BYTES
        room = self._room[at : at + FRAME_BYTES]
        self._said.append(Audio(self._position, spoken + room[len(spoken) :]))
        self._position += FRAME
        if 0 <= self._leaves_at <= self._position:
            self.over = "left"

    def _think(self) -> None:
        free = self._phase in _OWN_TURN and not self._playing and not self._speech
        self._free_frames = self._free_frames + 1 if free else 0
        ready = self._free_frames >= _REACTION_FRAMES and not self._answered
        if not ready or self.behaviour is Behaviour.SILENT:
            return
        self._answered = True
        self._given += 1
        known = self.answers.get(self._question) if self._given_here == 0 else None
        self._given_here += 1
        self._speech = known or self.follow_up
        if self.behaviour is Behaviour.DROPS and self._given == _DROPS_AT:
            self._leaves_at = self._position + len(self._speech) // 4

    def _progress(self, progress: Progress) -> None:
        was, self._phase = self._phase, progress.phase
        if progress.question_id != self._question:
            self._question, self._given_here = progress.question_id, 0
        if was not in _OWN_TURN:
            self._answered = False

    def _number(self) -> int:
        self._fact += 1
        return self._fact
