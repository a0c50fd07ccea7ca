"""Which adapter plays each role: the packaged model, or NeMo's where its weights are configured."""

from collections.abc import Mapping

from viva.audio.models.store import ModelStore
from viva.diarization.adapters.campplus_embedder import CamPlusPlusEmbedder
from viva.diarization.adapters.nemo_clustering import NemoClusterer
from viva.diarization.adapters.nemo_models import is_nemo
from viva.diarization.adapters.segmentation import PyannoteActivity
from viva.diarization.adapters.sortformer import SortformerActivity
from viva.diarization.adapters.titanet import TitaNetEmbedder
from viva.diarization.application.clusters import average_linkage
from viva.diarization.application.ports import SpeakerEmbedder, VoiceActivity, WindowClusterer
from viva.diarization.domain.model import Channel
from viva.diarization.domain.roles import SETTINGS, TITANET_SETTINGS, VoiceSettings

ACTIVITY = "pyannote-segmentation"


def speaker_embedder(store: ModelStore, model: str) -> SpeakerEmbedder:
    """CAM++; TitaNet where `VIVA_MODEL_SPEAKER_EMBEDDING` names it."""
    source = store.override(model)
    if source is not None and is_nemo(source):
        return TitaNetEmbedder(source)
    return CamPlusPlusEmbedder(store, model)


def voice_settings(store: ModelStore, model: str) -> Mapping[Channel, VoiceSettings]:
    """Thresholds belong to the embedder: a cosine of one says nothing about another's."""
    return TITANET_SETTINGS if is_nemo(store.override(model)) else SETTINGS


def voice_activity(store: ModelStore, model: str = ACTIVITY) -> VoiceActivity:
    """Pyannote's segmentation; Sortformer where `VIVA_MODEL_VOICE_ACTIVITY` names it."""
    source = store.override(model)
    if source is not None and is_nemo(source):
        return SortformerActivity(source)
    return PyannoteActivity(store, model)


def window_clusterer(grouping: str) -> WindowClusterer:
    """Average linkage; NeMo's NME-SC where `VIVA_DIARIZATION_GROUPING` names it."""
    return NemoClusterer() if grouping == "nme_sc" else average_linkage
