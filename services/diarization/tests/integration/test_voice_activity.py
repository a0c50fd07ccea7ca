"""What every VoiceActivity does: pyannote's segmentation, NeMo's Sortformer with random weights."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from nemo_models import small_sortformer

from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples
from viva.diarization.adapters.models import ACTIVITY, voice_activity
from viva.diarization.adapters.segmentation import PyannoteActivity
from viva.diarization.adapters.sortformer import SortformerActivity
from viva.diarization.application.ports import VoiceActivity
from viva.diarization.domain.model import Span, Turn
from viva.diarization.domain.overlap import overlaps, shared_ms
from viva.diarization.domain.windows import covered_ms

LONG = (
    "I led a small team that moved our data to the cloud within six months, and it was hard. "
    "We had a lot of trouble with the old system, because nobody knew how it worked."
)
ASIDE = "Tell him that the project was finished on time and that everybody was happy with it."
Speak = Callable[[str, str], Samples]


@pytest.fixture(scope="module")
def pyannote(store: ModelStore) -> VoiceActivity:
    return voice_activity(store)


@pytest.fixture(scope="module")
def sortformer(tmp_path_factory: pytest.TempPathFactory) -> VoiceActivity:
    source = small_sortformer(tmp_path_factory.mktemp("nemo") / "sortformer.nemo")
    return voice_activity(ModelStore(environ={"VIVA_MODEL_VOICE_ACTIVITY": str(source)}))


@pytest.fixture(params=["pyannote", "sortformer"])
def activity(request: pytest.FixtureRequest) -> VoiceActivity:
    found: VoiceActivity = request.getfixturevalue(request.param)
    return found


def test_configured_weights_choose_the_adapter(
    pyannote: VoiceActivity, sortformer: VoiceActivity
) -> None:
    assert isinstance(pyannote, PyannoteActivity)
    assert isinstance(sortformer, SortformerActivity)


def test_turns_are_in_order_within_the_audio_and_repeatable(
    activity: VoiceActivity, speak: Speak
) -> None:
    samples = speak(LONG, "am_michael")
    found = activity.turns(samples)
    assert found == activity.turns(samples)
    assert found == sorted(found, key=lambda turn: turn.span)
    assert all(0 <= t.span.start_ms < t.span.end_ms <= len(samples) / 16 + 1 for t in found)
    for voice in {turn.voice for turn in found}:
        assert not overlaps([turn for turn in found if turn.voice == voice], 1)


@pytest.mark.parametrize("length", [0, 10, 800, 16_000, 170_001])
def test_silence_of_any_length_has_no_voices(activity: VoiceActivity, length: int) -> None:
    assert activity.turns(np.zeros(length, np.int16)) == []


def test_one_voice_is_heard_all_along(pyannote: VoiceActivity, speak: Speak) -> None:
    samples = speak(f"{LONG} {LONG}", "am_michael")  # some 20 s: three pieces
    found = pyannote.turns(samples)
    length_ms = len(samples) // 16
    assert covered_ms([turn.span for turn in found]) > 0.75 * length_ms
    assert overlaps(found, 300) == []


def test_two_voices_at_once_are_noticed(pyannote: VoiceActivity, speak: Speak) -> None:
    mixed = speak(LONG, "am_michael").astype(np.int32)
    aside, start = speak(ASIDE, "bf_emma"), 48_000
    mixed[start : start + len(aside)] += aside[: len(mixed) - start]
    truth = Span(start // 16, (start + len(aside)) // 16)
    found = overlaps(pyannote.turns(np.clip(mixed, -32768, 32767).astype(np.int16)), 300)
    assert shared_ms(truth, found) > truth.duration_ms / 2
    assert covered_ms(found) - shared_ms(truth, found) < 300


def test_pieces_share_a_second_and_miss_nothing(store: ModelStore) -> None:
    activity = PyannoteActivity(store, ACTIVITY)

    class Always:
        def __call__(self, audio):  # type: ignore[no-untyped-def]
            import torch  # noqa: PLC0415

            return torch.ones(1, 1 + (audio.shape[1] - 991) // 270, dtype=torch.int64)

    activity._network = Always()  # type: ignore[assignment]
    found = activity.turns(np.ones(16_000 * 25, np.int16))
    assert [turn.voice for turn in found] == ["0-0", "1-0", "2-0"]
    assert all(0 <= b.span.start_ms - a.span.end_ms <= 20 for a, b in pairwise(found))
    assert isinstance(found[0], Turn)
    assert covered_ms([turn.span for turn in found]) > 24_900
