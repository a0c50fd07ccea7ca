"""False cut-offs on hesitant answers against latency: the session's own rule, swept.

Voice activity, end-of-turn model and live recognition listen to the answers once; then the rule
decides at every pause, for one setting after another. Times are as in the machine: model and text
are asked for when the pause is noticed, and are there so long after. A speaker's pauses so far are
remembered from answer to answer, as they are in an interview.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tests.bench import interview
from tests.bench.bench import Bench, ms, percent, percentile
from viva.asr.adapters.whisper_live import WhisperRecognizer
from viva.audio.models import ModelStore
from viva.audio.vad import VoiceActivityDetector
from viva.session.adapters.turn.smart_turn import SmartTurn
from viva.session.application.live.ears import GATE
from viva.session.domain.conversation.turn import (
    DEFAULT_CURVE,
    TurnCurve,
    TurnEvidence,
    turn_wait,
)
from viva.testkit.answers.library import honest
from viva.testkit.candidate.microphone import in_a_room, voiced_end
from viva.testkit.candidate.script import Answer, Pause, Samples

BIASES = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)
# From the decision to the interviewer's first sample at the client, as the live part measures it.
REPLY_MS = 60.0
STEP_MS = 20
# Stories that were written for scoring: the rule's words were not chosen on them.
_UNSEEN = ("fresh", "fourth")
_STRONG = 3
LEAST_PAUSE_MS = 250
PER_MS = 16
TAIL_MS = 3_000
KEPT_PAUSES = 12
CONTEXT_MS = 8_000
# Voice activity may find a word's end so much earlier than its label is.
_SLACK_MS = 300


@dataclass(frozen=True)
class PauseSeen:
    """One pause of an answer, as the models see it.

    Attributes:
        length_ms: by label, to the next word; None for the answer's end.
        noticed_ms: by label, from its last voiced sample until voice activity reports it.
        judged_ms: the same, until the end-of-turn model has answered.
        text_took_ms: of recognizing what was new.
    """

    length_ms: float | None
    noticed_ms: float
    judged_ms: float
    text_took_ms: float
    probability: float
    text: str
    voiced_ms: int


@dataclass(frozen=True)
class Result:
    """What one setting of the rule does to one kind of speaker."""

    answers: int
    cut: int
    pauses: int
    cut_pauses: int
    sure: list[float]
    every: list[float]


async def measure(bench: Bench) -> None:
    """Prints the curve: one person who hesitates, and one who does not, give the same answers."""
    known = [(text, interview.expected_ms(at)) for at, text in enumerate(interview.TEXTS)]
    unseen = [one.text for half in _UNSEEN for one in honest(half) if one.level == _STRONG]
    said = [*known, *((text, interview.STORY_MS) for text in unseen)]
    seen = []
    for hesitant in (True, False):
        answers = [
            interview.spoken(text, number, hesitant=hesitant)
            for number, (text, _) in enumerate(said)
        ]
        await bench.render(answers)
        with bench.console.status("listening to answers"):
            heard = await asyncio.to_thread(_listen, bench, answers)
        expected = [expected_ms for _, expected_ms in said]
        seen.append(list(zip(heard, expected, strict=True)))
    bench.table(
        f"False cut-offs against reply latency, ms; bias {DEFAULT_CURVE.bias:g} is the one in use",
        (
            "bias",
            "speaker",
            *("answers cut", "pauses cut"),
            *("sure", "sure p50", "sure p95", "all p50", "all p95"),
        ),
        (
            _row(bias, who, _result(bias, answers))
            for bias in BIASES
            for who, answers in zip(("hesitant", "fluent"), seen, strict=True)
        ),
    )


def _row(bias: float, who: str, found: Result) -> tuple[object, ...]:
    return (
        f"{bias:+g}",
        who,
        percent(found.cut, found.answers),
        percent(found.cut_pauses, found.pauses),
        percent(len(found.sure), len(found.every)),
        *(ms(percentile(found.sure, at)) for at in (0.5, 0.95)),
        *(ms(percentile(found.every, at)) for at in (0.5, 0.95)),
    )


def _result(bias: float, seen: Sequence[tuple[list[PauseSeen], int]]) -> Result:
    curve = replace(DEFAULT_CURVE, bias=bias)
    cut = cut_pauses = pauses = 0
    sure: list[float] = []
    every: list[float] = []
    own: tuple[int, ...] = ()
    for answer, expected_ms in seen:
        spoilt = 0
        for pause in answer:
            decided_ms, is_sure = _decision(pause, curve, expected_ms, own)
            reply_ms = decided_ms + REPLY_MS
            if pause.length_ms is None:
                every.append(reply_ms)
                if is_sure:
                    sure.append(reply_ms)
                continue
            pauses += 1
            spoilt += reply_ms < pause.length_ms
            if pause.length_ms >= LEAST_PAUSE_MS:
                own = (*own, round(pause.length_ms))[-KEPT_PAUSES:]
        cut_pauses += spoilt
        cut += spoilt > 0
    return Result(len(seen), cut, pauses, cut_pauses, sure, every)


def _decision(
    pause: PauseSeen, curve: TurnCurve, expected_ms: int, own: tuple[int, ...]
) -> tuple[float, bool]:
    """When the rule takes the turn in a pause, from the last voiced sample, and whether surely."""
    silence_ms = pause.noticed_ms
    while True:
        evidence = TurnEvidence(
            probability=pause.probability if silence_ms >= pause.judged_ms else None,
            text=pause.text if silence_ms >= pause.noticed_ms + pause.text_took_ms else None,
            voiced_ms=pause.voiced_ms,
            expected_ms=expected_ms,
            pauses=own,
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
    return in_a_room(np.concatenate(parts)), pieces


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
        voiced, recognized = 0, spans[0].start
        for index, span in enumerate(spans):
            voiced += span.end - span.start
            noticed = span.end + GATE.min_silence_ms * PER_MS
            following = spans[index + 1].start if index + 1 < len(spans) else len(sound)
            label, length = _labelled(span.end, following, pieces)
            began = time.perf_counter()
            first = max(0, spans[0].start, noticed - CONTEXT_MS * PER_MS)
            probability = self.turn.probability(sound[first:noticed].tobytes())
            judged_s = time.perf_counter() - began
            began = time.perf_counter()
            spoken.append(self._text(sound[recognized:noticed]))
            text_s = time.perf_counter() - began
            recognized = span.end
            noticed_ms = (noticed - label) / PER_MS
            yield PauseSeen(
                length_ms=None if length is None else length / PER_MS,
                noticed_ms=noticed_ms,
                judged_ms=noticed_ms + judged_s * 1000,
                text_took_ms=text_s * 1000,
                probability=probability,
                text=" ".join(spoken).strip(),
                voiced_ms=voiced // PER_MS,
            )

    def _text(self, sound: Samples) -> str:
        recognition = self.recognizer.recognize(sound[-8 * 16_000 :].tobytes(), "en", voiced=True)
        return recognition.text.strip()


def _labelled(
    end: int, following: int, pieces: Sequence[tuple[int, int]]
) -> tuple[int, int | None]:
    """The last voiced sample before a pause, by label, and the pause's length.

    Args:
        end: of the voiced span, as voice activity found it.
        following: where voice activity found the next.

    Returns:
        The length is None after the answer's last word.
    """
    index = max(number for number, (start, _) in enumerate(pieces) if start <= end)
    label = pieces[index][1]
    if label - end > _SLACK_MS * PER_MS:
        return end, following - end  # within a piece
    if index + 1 == len(pieces):
        return label, None
    return label, pieces[index + 1][0] - label
