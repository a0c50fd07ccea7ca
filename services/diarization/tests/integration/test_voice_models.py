"""What every SpeakerEmbedder does: a fake, CAM++, and NeMo's TitaNet with random weights."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from nemo_models import small_titanet

from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples, samples_in, to_float
from viva.diarization.adapters.campplus_embedder import CamPlusPlusEmbedder
from viva.diarization.adapters.models import speaker_embedder, voice_settings
from viva.diarization.adapters.titanet import TitaNetEmbedder
from viva.diarization.application.ports import Embeddings, SpeakerEmbedder
from viva.diarization.domain.model import Channel, Span
from viva.diarization.domain.roles import SETTINGS, TITANET_SETTINGS
from viva.diarization.domain.windows import WindowSettings, windows
from viva.platform.errors import InvalidError

TEXTS = (
    "I led a small team that moved our data to the cloud within six months.",
    "We had a lot of trouble with the old system, because nobody knew how it worked.",
)


class SpectrumEmbedder:
    """Knows a voice by its mean spectrum."""

    def embed(self, samples: Samples, windows: Sequence[Span], channel: Channel) -> Embeddings:
        found = np.zeros((len(windows), 64), dtype=np.float32)
        for index, window in enumerate(windows):
            part = to_float(samples[samples_in(window.start_ms) : samples_in(window.end_ms)])
            frames = np.pad(part, (0, 512 + -len(part) % 512)).reshape(-1, 512)
            spectrum = np.log(np.abs(np.fft.rfft(frames))[:, 1:129] + 1e-3).mean(axis=0)
            bands = spectrum.reshape(64, 2).mean(axis=1)
            bands[0] += 1e-3  # silence is flat
            found[index] = (bands - bands.mean()) / np.linalg.norm(bands - bands.mean())
        return found


@pytest.fixture(scope="module")
def campplus(store: ModelStore) -> CamPlusPlusEmbedder:
    return CamPlusPlusEmbedder(store)


@pytest.fixture(scope="module")
def titanet(tmp_path_factory: pytest.TempPathFactory) -> SpeakerEmbedder:
    source = small_titanet(tmp_path_factory.mktemp("nemo") / "titanet.nemo")
    configured = ModelStore(environ={"VIVA_MODEL_SPEAKER_EMBEDDING": str(source)})
    return speaker_embedder(configured, "campplus")


@pytest.fixture(params=["fake", "campplus", "titanet"])
def embedder(request: pytest.FixtureRequest) -> SpeakerEmbedder:
    if request.param == "fake":
        return SpectrumEmbedder()
    real: SpeakerEmbedder = request.getfixturevalue(request.param)
    return real


def test_embeddings_are_unit_vectors_one_a_window(
    embedder: SpeakerEmbedder, speak: Callable[[str, str], Samples]
) -> None:
    samples = speak(TEXTS[0], "am_michael")
    pieces = [Span(0, 1500), Span(500, 900), Span(1000, 2500), Span(len(samples) // 16 - 30, 99999)]
    found = embedder.embed(samples, pieces, Channel.WIDE)
    assert found.shape[0] == len(pieces)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-4)
    assert np.array_equal(found, embedder.embed(samples, pieces, Channel.WIDE))
    assert embedder.embed(samples, [], Channel.WIDE).shape == (0, found.shape[1])


def test_embeddings_of_silence_and_of_nothing(embedder: SpeakerEmbedder) -> None:
    assert np.isfinite(
        embedder.embed(np.zeros(16_000, np.int16), [Span(0, 1000)], Channel.WIDE)
    ).all()
    assert len(embedder.embed(np.zeros(0, np.int16), [], Channel.WIDE)) == 0


@pytest.mark.parametrize("embedder", ["fake", "campplus"], indirect=True)  # weights that know
def test_one_voice_is_nearer_to_itself_than_to_another(
    embedder: SpeakerEmbedder, speak: Callable[[str, str], Samples]
) -> None:
    def whole(text: str, voice: str) -> Embeddings:
        samples = speak(text, voice)
        return np.asarray(embedder.embed(samples, [Span(0, len(samples) // 16)], Channel.WIDE)[0])

    michael, again = (whole(text, "am_michael") for text in TEXTS)
    emma = whole(TEXTS[0], "bf_emma")
    assert michael @ again > michael @ emma + 0.1


def test_configured_weights_choose_the_adapter(titanet: SpeakerEmbedder, tmp_path: Path) -> None:
    assert isinstance(titanet, TitaNetEmbedder)
    hub = ModelStore(environ={"VIVA_MODEL_SPEAKER_EMBEDDING": "nvidia/speakerverification_en"})
    assert voice_settings(hub, "campplus") is TITANET_SETTINGS
    assert voice_settings(ModelStore(environ={}), "campplus") is SETTINGS
    absent = ModelStore(environ={"VIVA_MODEL_SPEAKER_EMBEDDING": str(tmp_path / "none.nemo")})
    with pytest.raises(InvalidError, match="is no file"):
        speaker_embedder(absent, "campplus")
    other = tmp_path / "other.nemo"
    other.write_bytes(b"no archive")
    broken = ModelStore(environ={"VIVA_MODEL_SPEAKER_EMBEDDING": str(other)})
    with pytest.raises(InvalidError, match="EncDecSpeakerLabelModel"):
        speaker_embedder(broken, "campplus")


def test_the_campplus_voices_are_far_apart(
    campplus: CamPlusPlusEmbedder, speak: Callable[[str, str], Samples]
) -> None:
    def pieces(text: str, voice: str) -> Embeddings:
        samples = speak(text, voice)
        found = windows([Span(0, len(samples) // 16)], WindowSettings())
        return campplus.embed(samples, found, Channel.WIDE)

    michael, emma = pieces(TEXTS[0], "am_michael"), pieces(TEXTS[0], "bf_emma")
    assert np.median(michael @ michael.T) > 0.5
    assert np.max(michael @ emma.T) < 0.4
