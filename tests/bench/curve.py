"""False cut-offs on hesitant answers against latency: the session's own rule, swept.

Voice activity, end-of-turn model and live recognition listen to the answers once; then the rule
decides at every pause, for one setting after another. Times are as in the machine: the model
answers so long after the pause is noticed, the text so long after it is asked for.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from tests.bench import interview
from tests.bench.bench import Bench, ms, percent, percentile
from viva.asr.adapters.whisper_live import WhisperRecognizer
from viva.audio.models import ModelStore
from viva.audio.vad import VoiceActivityDetector
from viva.session.adapters.turn.smart_turn import SmartTurn
from viva.session.application.live.ears import GATE
from viva.session.domain.conversation.timing import Timing
from viva.session.domain.conversation.turn import (
    DEFAULT_CURVE,
    TurnCurve,
    TurnEvidence,
    turn_wait,
)
from viva.testkit.candidate.microphone import voiced_end
from viva.testkit.candidate.person import HESITATIONS_MS
from viva.testkit.candidate.script import (
    DEFAULT_ANSWERS,
    Answer,
    Pause,
    Samples,
    Say,
    hesitate,
)
from viva.testkit.demo.answers import ANSWERS as DEMO_ANSWERS

BIASES = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)
# From the decision to the interviewer's first sample at the client, as the live part measures it.
REPLY_MS = 60.0
STEP_MS = 20
EXPECTED_MS = 25_000
LEAST_PAUSE_MS = 250
PER_MS = 16
TAIL_MS = 3_000
PROBABLE = 0.3
CONTEXT_MS = 8_000


@dataclass(frozen=True)
class PauseSeen:
    """One pause of an answer, as the models see it.

    Attributes:
        length_ms: by label, to the next word; None for the answer's end.
        noticed_ms: by label, from its last voiced sample until voice activity reports it.
        judged_ms: the same, until the end-of-turn model has answered.
        text_took_ms: of recognizing what was new.
        pauses: of the speaker so far.
    """

    length_ms: float | None
    noticed_ms: float
    judged_ms: float
    text_took_ms: float
    probability: float
    text: str
    voiced_ms: int
    pauses: tuple[int, ...]


@dataclass(frozen=True)
class Result:
    """What one setting of the rule does."""

    bias: float
    answers: int
    cut: int
    pauses: int
    cut_pauses: int
    sure: list[float]
    every: list[float]


async def measure(bench: Bench) -> None:
    """Prints the curve."""
    texts = [*DEFAULT_ANSWERS, *(text for texts in DEMO_ANSWERS.values() for text in texts)]
    answers = [hesitate((Say(text),), _turned(number)) for number, text in enumerate(texts)]
    answers += [interview.answer(number, hesitant=True) for number in range(interview.TURNS)]
    await bench.render(answers)
    with bench.console.status("listening to hesitant answers"):
        seen = await asyncio.to_thread(_listen, bench, answers)
    results = [_result(bias, seen) for bias in BIASES]
    bench.table(
        "Hesitant answers: false cut-offs against reply latency, ms; bias "
        f"{DEFAULT_CURVE.bias:g} is the one in use",
        ("bias", "answers cut", "pauses cut", "sure", "sure p50", "sure p95", "all p50", "all p95"),
        (_row(result) for result in results),
    )


def _turned(number: int) -> tuple[int, ...]:
    shift = number % len(HESITATIONS_MS)
    return HESITATIONS_MS[shift:] + HESITATIONS_MS[:shift]


def _row(found: Result) -> tuple[object, ...]:
    return (
        f"{found.bias:+g}",
        percent(found.cut, found.answers),
        percent(found.cut_pauses, found.pauses),
        percent(len(found.sure), len(found.every)),
        *(ms(percentile(found.sure, at)) for at in (0.5, 0.95)),
        *(ms(percentile(found.every, at)) for at in (0.5, 0.95)),
    )


def _result(bias: float, seen: Iterable[list[PauseSeen]]) -> Result:
    curve = replace(DEFAULT_CURVE, bias=bias)
    cut = cut_pauses = pauses = answers = 0
    sure: list[float] = []
    every: list[float] = []
    for answer in seen:
        answers += 1
        spoilt = 0
        for pause in answer:
            decided_ms, is_sure = _decision(pause, curve)
            reply_ms = decided_ms + REPLY_MS
            if pause.length_ms is None:
                every.append(reply_ms)
                if is_sure:
                    sure.append(reply_ms)
            else:
                pauses += 1
                spoilt += reply_ms < pause.length_ms
        cut_pauses += spoilt
        cut += spoilt > 0
    return Result(bias, answers, cut, pauses, cut_pauses, sure, every)


def _decision(pause: PauseSeen, curve: TurnCurve) -> tuple[float, bool]:
    """When the rule takes the turn in a pause, from the last voiced sample, and whether surely."""
    likely = pause.probability >= PROBABLE
    asked_ms = pause.judged_ms if likely else max(pause.judged_ms, Timing().recognize_pause_ms)
    silence_ms = pause.noticed_ms
    while True:
        evidence = TurnEvidence(
            probability=pause.probability if silence_ms >= pause.judged_ms else None,
            text=pause.text if silence_ms >= asked_ms + pause.text_took_ms else None,
            voiced_ms=pause.voiced_ms,
            expected_ms=EXPECTED_MS,
            pauses=pause.pauses,
        )
        wait = turn_wait(evidence, curve)
        if silence_ms >= wait.ms:
            return silence_ms, wait.sure
        silence_ms += STEP_MS


def _listen(bench: Bench, answers: Iterable[Answer]) -> list[list[PauseSeen]]:
    store = ModelStore()
    activity = VoiceActivityDetector(store)
    listener = _Listener(activity, SmartTurn(store), WhisperRecognizer(store, "asr_live", activity))
    return [list(listener.listen(*_sound(bench, answer))) for answer in answers]


def _sound(bench: Bench, answer: Answer) -> tuple[Samples, list[tuple[int, int]]]:
    """The answer in a quiet room, and where its pieces lie."""
    parts: list[Samples] = [np.zeros(8_000, np.int16)]
    pieces: list[tuple[int, int]] = []
    for piece in answer:
        if isinstance(piece, Pause):
            parts.append(np.zeros(piece.ms * PER_MS, np.int16))
            continue
        samples = bench.voice.render(piece)
        samples = samples[: voiced_end(samples)]
        at = sum(len(part) for part in parts)
        pieces.append((at, at + len(samples)))
        parts.append(samples)
    parts.append(np.zeros(TAIL_MS * PER_MS, np.int16))
    quiet = np.concatenate(parts)
    room = np.random.default_rng(0).normal(0, 8, len(quiet))
    return np.clip(quiet + room, -32768, 32767).astype(np.int16), pieces


@dataclass(frozen=True)
class _Listener:
    """The models of a live conversation."""

    activity: VoiceActivityDetector
    turn: SmartTurn
    recognizer: WhisperRecognizer

    def listen(self, sound: Samples, pieces: list[tuple[int, int]]) -> Iterator[PauseSeen]:
        """Gives every pause that voice activity reports inside or after the answer."""
        spans = self.activity.speech_spans(sound, GATE)
        spoken: list[str] = []
        voiced, recognized = 0, 0
        pauses: tuple[int, ...] = ()
        for index, span in enumerate(spans):
            voiced += span.end - span.start
            following = spans[index + 1].start if index + 1 < len(spans) else None
            noticed = span.end + GATE.min_silence_ms * PER_MS
            began = time.perf_counter()
            first = max(0, spans[0].start, noticed - CONTEXT_MS * PER_MS)
            probability = self.turn.probability(sound[first:noticed].tobytes())
            judged_s = time.perf_counter() - began
            began = time.perf_counter()
            spoken.append(self._text(sound[max(recognized, spans[0].start) : noticed]))
            text_s = time.perf_counter() - began
            recognized = span.end
            label = max((end for _, end in pieces if end <= span.end + 4_800), default=span.end)
            after = min((start for start, _ in pieces if start >= label), default=None)
            inner = following is not None and (after is None or following < after - 4_800)
            length = (following - span.end) if inner and following else after and after - label
            noticed_ms = (noticed - (span.end if inner else label)) / PER_MS
            yield PauseSeen(
                length_ms=None if not length else length / PER_MS,
                noticed_ms=noticed_ms,
                judged_ms=noticed_ms + judged_s * 1000,
                text_took_ms=text_s * 1000,
                probability=probability,
                text=" ".join(spoken).strip(),
                voiced_ms=voiced // PER_MS,
                pauses=pauses,
            )
            if following is not None and following - span.end >= LEAST_PAUSE_MS * PER_MS:
                pauses = (*pauses, (following - span.end) // PER_MS)

    def _text(self, sound: Samples) -> str:
        recognition = self.recognizer.recognize(sound[-8 * 16_000 :].tobytes(), "en")
        return recognition.text.strip()
