import numpy as np
import pytest

from viva.audio.gate import GateSettings
from viva.audio.pcm import Samples, to_bytes, to_samples
from viva.audio.speech import Synthesizer
from viva.audio.vad import WINDOW_SAMPLES, VoiceActivityDetector

SECOND = 16_000


@pytest.fixture(scope="module")
def utterance(synthesizer: Synthesizer) -> Samples:
    return to_samples(synthesizer.synthesize("Tell me about a project that you are proud of."))


def between_silences(utterance: Samples) -> Samples:
    noise = np.random.default_rng(7).normal(0, 30, 2 * SECOND + len(utterance))
    noise[SECOND : SECOND + len(utterance)] += utterance
    return noise.astype(np.int16)


def test_speech_between_silences_is_found(
    detector: VoiceActivityDetector, utterance: Samples
) -> None:
    (span,) = detector.speech_spans(between_silences(utterance))
    assert abs(span.start - SECOND) < 0.15 * SECOND
    assert abs(span.end - (SECOND + len(utterance))) < 0.25 * SECOND


def test_padding_stays_within_the_recording_and_joins(
    detector: VoiceActivityDetector, utterance: Samples
) -> None:
    twice = np.concatenate([between_silences(utterance)] * 2)
    assert len(detector.speech_spans(twice)) == 2
    assert detector.speech_spans(twice, pad_ms=3000) == [(0, len(twice))]


def test_noise_tones_and_silence_are_no_speech(detector: VoiceActivityDetector) -> None:
    noise = np.random.default_rng(1).normal(0, 800, 3 * SECOND).astype(np.int16)
    tone = (9000 * np.sin(np.arange(3 * SECOND) * 2 * np.pi * 440 / SECOND)).astype(np.int16)
    settings = GateSettings(min_speech_ms=96)
    for samples in (noise, tone, np.zeros(3 * SECOND, np.int16)):
        assert detector.speech_spans(samples, settings) == []
    assert detector.speech_spans(np.zeros(0, np.int16)) == []


@pytest.mark.parametrize("chunk", [1, 160, 320, 512, 5000])
def test_chunking_changes_nothing(
    detector: VoiceActivityDetector, utterance: Samples, chunk: int
) -> None:
    piece = utterance[:8000]
    stream, found = detector.open(), []
    for start in range(0, len(piece), chunk):
        found += stream.feed(to_bytes(piece[start : start + chunk]))
    assert len(found) == len(piece) // WINDOW_SAMPLES
    assert stream.position == len(found) * WINDOW_SAMPLES
    assert found == detector.open().feed(piece)


def test_streams_are_independent_and_reset_forgets(
    detector: VoiceActivityDetector, utterance: Samples
) -> None:
    one, other = detector.open(), detector.open()
    expected = detector.probabilities(utterance[:5120])
    interleaved = []
    for start in range(0, 5120, 512):
        other.feed(np.full(512, 3000, np.int16))
        interleaved += one.feed(utterance[start : start + 512])
    assert interleaved == expected
    other.reset()
    assert other.feed(utterance[:5120]) == expected
