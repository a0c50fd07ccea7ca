from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from viva.audio.models import ModelStore
from viva.audio.pcm import level_dbfs, milliseconds_of, peak_dbfs, to_samples
from viva.audio.speech import Synthesizer
from viva.platform.errors import InvalidError

QUESTION = "What did you learn from it?"


def test_same_text_gives_the_same_bytes(synthesizer: Synthesizer, model_store: ModelStore) -> None:
    spoken = synthesizer.synthesize(QUESTION)
    assert Synthesizer(model_store).synthesize(QUESTION) == spoken
    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(synthesizer.synthesize, [QUESTION] * 2)) == {spoken}


def test_length_edges_and_loudness(synthesizer: Synthesizer) -> None:
    for voice in ("af_heart", "am_michael", "bf_emma", "bm_george"):
        samples = to_samples(synthesizer.synthesize(QUESTION, voice))
        assert 900 < milliseconds_of(len(samples)) < 3500
        assert -26 < level_dbfs(samples) < -20
        assert peak_dbfs(samples) < -1
        assert level_dbfs(samples[:160]) < -45 > level_dbfs(samples[-160:])
        loud = np.flatnonzero(np.abs(samples.astype(int)) > np.abs(samples.astype(int)).max() / 100)
        assert loud[0] < 1600
        assert loud[-1] > len(samples) - 1600


def test_speed_changes_the_length(synthesizer: Synthesizer) -> None:
    slow, fast = (len(synthesizer.synthesize(QUESTION, speed=speed)) for speed in (0.8, 1.25))
    assert slow > 1.3 * fast


def test_text_beyond_the_models_window_is_spoken_whole(synthesizer: Synthesizer) -> None:
    sentence = "Please describe one more example of that, in detail."
    once = len(synthesizer.synthesize(sentence, speed=2.0))
    assert len(synthesizer.synthesize(" ".join([sentence] * 11), speed=2.0)) > 9 * once


@pytest.mark.parametrize(
    ("text", "voice", "speed", "code"),
    [
        ("Hello", "zz_nobody", 1.0, "voice_unknown"),
        ("Hello", "af_heart", 3.0, "speed_range"),
        ("Hello", "af_heart", float("nan"), "speed_range"),
        ("", "af_heart", 1.0, "text_unspeakable"),
        (" \n", "af_heart", 1.0, "text_unspeakable"),
        ("...", "af_heart", 1.0, "text_unspeakable"),
    ],
)
def test_what_cannot_be_spoken_is_refused(
    synthesizer: Synthesizer, text: str, voice: str, speed: float, code: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        synthesizer.synthesize(text, voice, speed)
    assert caught.value.code == code


def test_voices_and_fingerprint(synthesizer: Synthesizer) -> None:
    assert {"af_heart", "am_michael", "bf_emma", "bm_george"} <= set(synthesizer.voices)
    assert len(synthesizer.fingerprint) == 64
