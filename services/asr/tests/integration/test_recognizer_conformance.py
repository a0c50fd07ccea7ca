"""What every SpeechRecognizer does, on the fake and on the real one."""

import numpy as np
import pytest

from viva.asr.adapters.live_models import RecognizerByLanguage, load_live_models
from viva.asr.adapters.whisper_live import WhisperRecognizer
from viva.asr.application.ports import SpeechRecognizer
from viva.asr.domain.model import Recognition, Word
from viva.asr.settings import AsrSettings
from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples, level_dbfs, to_bytes, to_samples
from viva.audio.vad import VoiceActivityDetector
from viva.platform.errors import InvalidError
from viva.platform.settings import SettingsError

SENTENCE = "I led a small team that moved our data to the cloud."


class FakeRecognizer:
    """Knows one sentence; takes anything loud for it."""

    languages = frozenset({"en"})

    def recognize(self, pcm: bytes, language: str, *, voiced: bool = False) -> Recognition:
        samples = to_samples(pcm)
        if language not in self.languages:
            raise InvalidError("no", code="language_unsupported")
        if level_dbfs(samples) < -50:
            return Recognition((), speech=False)
        said = SENTENCE.split()
        step = len(samples) // 16 // len(said)
        return Recognition(
            tuple(Word(text, i * step, (i + 1) * step, 1.0) for i, text in enumerate(said)),
            speech=True,
        )


@pytest.fixture(scope="module")
def whisper(store: ModelStore, voice_activity: VoiceActivityDetector) -> WhisperRecognizer:
    return WhisperRecognizer(store, "whisper-tiny.en", voice_activity, threads=2)


@pytest.fixture(params=["fake", "whisper", "by_language"])
def recognizer(request: pytest.FixtureRequest) -> SpeechRecognizer:
    if request.param == "fake":
        return FakeRecognizer()
    whisper: WhisperRecognizer = request.getfixturevalue("whisper")
    return whisper if request.param == "whisper" else RecognizerByLanguage({"en": whisper})


def test_words_come_in_order_with_times_and_confidence(
    recognizer: SpeechRecognizer, sentence: Samples
) -> None:
    found = recognizer.recognize(to_bytes(sentence), "en")
    assert found.speech
    assert {"small", "team", "data", "cloud"} <= {w.text.strip(".,").lower() for w in found.words}
    assert 0.5 < found.confidence <= 1
    starts = [word.start_ms for word in found.words]
    assert starts == sorted(starts)
    assert all(w.start_ms <= w.end_ms <= len(sentence) / 16 + 500 for w in found.words)


def test_the_same_audio_gives_the_same_words(
    recognizer: SpeechRecognizer, sentence: Samples
) -> None:
    pcm = to_bytes(sentence)
    assert recognizer.recognize(pcm, "en") == recognizer.recognize(pcm, "en")


def test_a_voiced_piece_has_the_same_words(recognizer: SpeechRecognizer, sentence: Samples) -> None:
    pcm = to_bytes(np.pad(sentence, (3_200, 3_200)))
    gated = recognizer.recognize(pcm, "en")
    assert recognizer.recognize(pcm, "en", voiced=True).text == gated.text


@pytest.mark.parametrize("seconds", [0, 0.01, 1, 8])
def test_silence_has_no_words(recognizer: SpeechRecognizer, seconds: float) -> None:
    silence = np.zeros(int(seconds * 16_000), dtype=np.int16)
    assert recognizer.recognize(to_bytes(silence), "en") == Recognition((), speech=False)


def test_noise_is_not_heard_as_words(recognizer: SpeechRecognizer) -> None:
    noise = np.random.default_rng(1).normal(0, 60, 4 * 16_000).astype(np.int16)
    assert recognizer.recognize(to_bytes(noise), "en").text == ""


def test_half_a_sample_is_refused(recognizer: SpeechRecognizer) -> None:
    with pytest.raises(InvalidError):
        recognizer.recognize(b"\0\0\0", "en")


def test_an_unknown_language_is_refused(recognizer: SpeechRecognizer, sentence: Samples) -> None:
    assert "en" in recognizer.languages
    with pytest.raises(InvalidError) as refused:
        recognizer.recognize(to_bytes(sentence), "xx")
    assert refused.value.code == "language_unsupported"


@pytest.mark.parametrize("seconds", [1, 2, 4, 6, 8])
def test_a_short_window_does_not_loop(
    whisper: WhisperRecognizer, sentence: Samples, seconds: int
) -> None:
    piece = np.resize(sentence, seconds * 16_000)
    words = whisper.recognize(to_bytes(piece), "en").words
    assert len(words) <= 5 * seconds


def test_other_languages_need_a_model_that_understands_them(store: ModelStore) -> None:
    chosen = load_live_models(AsrSettings(languages=frozenset({"en", "de"})), store)
    assert chosen.languages == {"en", "de"}
    with pytest.raises(SettingsError, match="tlh"):
        load_live_models(AsrSettings(languages=frozenset({"tlh"})), store)
