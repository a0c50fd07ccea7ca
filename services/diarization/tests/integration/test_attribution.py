"""Attribution on the real models: who spoke when, in synthetic answers."""

from collections.abc import Callable, Sequence
from itertools import count

import numpy as np
import pytest

from viva.audio.g711 import decode_mulaw, encode_mulaw
from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples
from viva.audio.resample import resample
from viva.audio.vad import VoiceActivityDetector
from viva.audio.wav import read_wav, write_wav
from viva.diarization.adapters.worker import Options, SileroSpeech, load_attribution
from viva.diarization.application.model import AnswerAudio, Attributed, VoiceRecord
from viva.diarization.domain.model import Channel, Role, Span, Word

CANDIDATE, SECOND, INTERVIEWER = "am_michael", "bf_emma", "af_heart"
TEXTS = (
    "I led a small team that moved our data to the cloud within six months.",
    "We had a lot of trouble with the old system, because nobody knew how it worked.",
    "So I sat down with each of the engineers and wrote down what they needed.",
    "In the end we saved about forty percent of the costs, and the customers were happy.",
)
ASIDE = "Tell him that the project was finished on time."
QUESTION = "Please tell me about a time when you solved a difficult problem."
Attribute = Callable[[AnswerAudio], Attributed]
Speak = Callable[[str, str], Samples]


@pytest.fixture(scope="module")
def attribute() -> Attribute:
    return load_attribution(Options("campplus", "average_linkage", 2))


@pytest.fixture(scope="module")
def find_speech(store: ModelStore) -> Callable[[Samples], list[Span]]:
    return SileroSpeech(VoiceActivityDetector(store)).find


class Recorder:
    """Puts answers together from pieces of speech."""

    def __init__(self, speak: Speak, find_speech: Callable[[Samples], list[Span]]) -> None:
        self._speak = speak
        self._find_speech = find_speech
        self._numbers = count(1)

    def answer(
        self,
        *pieces: tuple[str, str],
        earlier: Sequence[VoiceRecord] = (),
        phone: bool = False,
        echo_of: str = "",
    ) -> AnswerAudio:
        """An answer of pieces (text, voice) with half a second between; words spread evenly.

        Args:
            echo_of: this voice is the interviewer's: quiet, dull and 200 ms late.
        """
        samples, words, echoes = np.zeros(4000, np.int16), list[Word](), list[Span]()
        for text, voice in pieces:
            spoken = self._speak(text, voice)
            start = len(samples) // 16
            if voice == echo_of:
                echoes.append(Span(start, start + len(spoken) // 16))
                spoken = _echo(spoken)
            parts = text.split()
            step = len(spoken) // 16 // len(parts)
            words += [
                Word(part, Span(start + i * step, start + (i + 1) * step))
                for i, part in enumerate(parts)
            ]
            samples = np.concatenate([samples, spoken, np.zeros(8000, np.int16)])
        if phone:
            narrow = resample(samples, 16_000, 8_000)
            samples = resample(decode_mulaw(encode_mulaw(narrow)), 8_000, 16_000)
        number = next(self._numbers)
        return AnswerAudio(
            answer_id=f"ans_{number}",
            revision=1,
            position=number * 1_000_000,
            channel=Channel.PHONE if phone else Channel.WIDE,
            wav=write_wav(samples),
            speech=tuple(self._find_speech(samples)),
            words=tuple(words),
            earlier=tuple(earlier),
            interviewer_wav=write_wav(self._speak(QUESTION, INTERVIEWER)) if echo_of else b"",
            interviewer_key=INTERVIEWER if echo_of else "",
            interviewer_spans=tuple(echoes),
        )


def _echo(spoken: Samples) -> Samples:
    """What an open loudspeaker gives back: late, quiet, without highs."""
    dull = np.convolve(spoken.astype(float), np.ones(6) / 6, mode="same")
    return np.concatenate([np.zeros(3200), dull * 0.25]).astype(np.int16)


@pytest.fixture
def recorder(speak: Speak, find_speech: Callable[[Samples], list[Span]]) -> Recorder:
    return Recorder(speak, find_speech)


def dropped(found: Attributed, answer: AnswerAudio) -> str:
    return " ".join(
        word.text for word, spoken in zip(answer.words, found.words, strict=True) if spoken.dropped
    )


def heard(found: Attributed) -> list[Role]:
    return [voice.role for voice in found.voices]


@pytest.mark.parametrize("phone", [False, True])
def test_one_voice_is_the_candidate(attribute: Attribute, recorder: Recorder, phone: bool) -> None:
    answer = recorder.answer(*((text, CANDIDATE) for text in TEXTS), phone=phone)
    found = attribute(answer)
    assert heard(found) == [Role.CANDIDATE]
    assert not dropped(found, answer)
    assert found.voices[0].similarity_to_candidate is None
    assert found.voices[0].speech_ms > 10_000
    assert found.candidate_wav == answer.wav
    again = attribute(answer)
    assert (again.voices, again.turns, again.words) == (found.voices, found.turns, found.words)
    assert np.array_equal(again.record.embeddings, found.record.embeddings)


@pytest.mark.parametrize("phone", [False, True])
def test_a_second_voice_is_dropped_and_silenced(
    attribute: Attribute, recorder: Recorder, phone: bool
) -> None:
    answer = recorder.answer(
        (TEXTS[0], CANDIDATE),
        (TEXTS[1], CANDIDATE),
        (ASIDE, SECOND),
        (TEXTS[2], CANDIDATE),
        phone=phone,
    )
    found = attribute(answer)
    assert heard(found) == [Role.CANDIDATE, Role.OTHER]
    assert dropped(found, answer) == ASIDE
    (turn,) = [turn for turn in found.turns if turn.voice != "candidate"]
    before, after = read_wav(answer.wav), read_wav(found.candidate_wav)
    inside = slice(turn.span.start_ms * 16 + 160, turn.span.end_ms * 16 - 160)
    assert len(before) == len(after)
    assert before[inside].any()
    assert not after[inside].any()
    untouched = slice(0, turn.span.start_ms * 16 - 3200)
    assert np.array_equal(before[untouched], after[untouched])
    other = found.voices[1]
    assert other.similarity_to_candidate is not None
    assert other.similarity_to_candidate < 0.5


def test_an_answer_by_somebody_else_is_dropped_whole(
    attribute: Attribute, recorder: Recorder
) -> None:
    warm_up = attribute(recorder.answer((TEXTS[0], CANDIDATE)))
    answer = recorder.answer((TEXTS[1], SECOND), (TEXTS[2], SECOND), earlier=[warm_up.record])
    found = attribute(answer)
    assert heard(found) == [Role.OTHER]
    assert all(word.dropped for word in found.words)
    third = attribute(
        recorder.answer((TEXTS[3], CANDIDATE), earlier=[warm_up.record, found.record])
    )
    assert heard(third) == [Role.CANDIDATE]
    assert third.voices[0].similarity_to_candidate is not None
    assert third.voices[0].similarity_to_candidate > 0.5


def test_the_voice_that_stays_is_the_candidate(attribute: Attribute, recorder: Recorder) -> None:
    hello = attribute(recorder.answer((ASIDE, SECOND)))
    first = attribute(recorder.answer((TEXTS[0], CANDIDATE), earlier=[hello.record]))
    answer = recorder.answer((TEXTS[1], CANDIDATE), earlier=[hello.record, first.record])
    assert heard(attribute(answer)) == [Role.CANDIDATE]


@pytest.mark.parametrize("phone", [False, True])
def test_the_interviewers_echo_is_no_second_speaker(
    attribute: Attribute, recorder: Recorder, phone: bool
) -> None:
    answer = recorder.answer(
        (TEXTS[0], CANDIDATE),
        (QUESTION, INTERVIEWER),
        (TEXTS[1], CANDIDATE),
        phone=phone,
        echo_of=INTERVIEWER,
    )
    found = attribute(answer)
    assert Role.OTHER not in heard(found)
    assert dropped(found, answer) == QUESTION
    echo_only = recorder.answer((QUESTION, INTERVIEWER), phone=phone, echo_of=INTERVIEWER)
    assert heard(attribute(echo_only)) == [Role.INTERVIEWER]


def test_silence_and_too_little_speech(attribute: Attribute, recorder: Recorder) -> None:
    silent = recorder.answer()
    found = attribute(silent)
    assert (found.voices, found.turns, found.words) == ((), (), ())
    assert found.record.embeddings.shape == (0, 192)
    short = AnswerAudio(
        **{**vars(silent), "speech": (Span(0, 200),), "words": (Word("yes", Span(0, 200)),)}
    )
    found = attribute(short)
    assert heard(found) == [Role.CANDIDATE]
    assert not found.words[0].dropped
