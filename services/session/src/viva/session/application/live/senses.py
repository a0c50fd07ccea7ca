"""The models as a conversation uses them: asked now, answered by a fact later."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from viva.audio.pcm import Samples, to_samples
from viva.session.application.live.echo import is_echo, is_quiet
from viva.session.application.live.ports import EndOfTurn, Recognizer, VoiceActivity
from viva.session.domain.conversation.facts import Fact, Heard, Overlap, OverlapJudged, TurnJudged
from viva.session.domain.conversation.overlap import overlap_by_words


@dataclass(frozen=True)
class Models:
    """Shared by all conversations of a replica.

    Attributes:
        quick: threads for voice activity and echo, a fraction of a millisecond a call.
    """

    voice_activity: VoiceActivity
    end_of_turn: EndOfTurn
    recognizer: Recognizer
    quick: Executor


class Senses:
    """One conversation's questions to the models."""

    def __init__(
        self, models: Models, interview_id: str, language: str, answer: Callable[[Fact], None]
    ) -> None:
        self._models = models
        self._interview_id = interview_id
        self._language = language
        self._answer = answer
        self._tasks: set[asyncio.Task[None]] = set()

    def judge_turn(self, until: int, pcm: bytes) -> None:
        """Asks for the end-of-turn probability."""
        self._spawn(self._judge_turn(until, pcm))

    def recognize(self, start: int, end: int, pcm: bytes) -> None:
        """Asks for live text."""
        self._spawn(self._recognize(start, end, pcm))

    def judge_overlap(
        self, start: int, pcm: bytes, played: Samples, caption: str, lasted_ms: int
    ) -> None:
        """Asks what speech over the interviewer is."""
        self._spawn(self._judge_overlap(start, pcm, played, caption, lasted_ms))

    async def stop(self) -> None:
        """Drops what was asked."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _judge_turn(self, until: int, pcm: bytes) -> None:
        try:
            probability = await self._models.end_of_turn.judge(pcm)
        except TimeoutError:
            return
        self._answer(TurnJudged(until, round(probability, 4)))

    async def _recognize(self, start: int, end: int, pcm: bytes) -> None:
        text = await self._models.recognizer.text(self._interview_id, self._language, pcm)
        self._answer(Heard(start, end, text))

    async def _judge_overlap(
        self, start: int, pcm: bytes, played: Samples, caption: str, lasted_ms: int
    ) -> None:
        loop = asyncio.get_running_loop()
        heard = to_samples(pcm)
        if await loop.run_in_executor(self._models.quick, is_echo, heard, played):
            kind = Overlap.ECHO
        elif is_quiet(heard):
            kind = Overlap.NOISE
        else:
            guess = await self._models.recognizer.interruption(
                self._interview_id, self._language, pcm
            )
            text, confidence = (guess.text, guess.confidence) if guess else (None, 0.0)
            kind = overlap_by_words(text, caption, lasted_ms, confidence)
        self._answer(OverlapJudged(start, kind))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
