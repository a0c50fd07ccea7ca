"""Chooses the model by language: the fast English one, or a multilingual one for the others."""

from collections.abc import Mapping

from viva.asr.adapters.whisper_live import WhisperRecognizer
from viva.asr.application.ports import SpeechRecognizer
from viva.asr.domain.language import primary_subtag
from viva.asr.domain.model import Recognition
from viva.asr.settings import AsrSettings
from viva.audio.models.store import ModelStore
from viva.audio.vad import VoiceActivityDetector
from viva.platform.errors import InvalidError
from viva.platform.settings import SettingsError


class RecognizerByLanguage:
    """Recognizers by ISO 639-1 code."""

    def __init__(self, recognizers: Mapping[str, SpeechRecognizer]) -> None:
        self._recognizers = recognizers

    @property
    def languages(self) -> frozenset[str]:
        """The codes."""
        return frozenset(self._recognizers)

    def recognize(self, pcm: bytes, language: str, *, voiced: bool = False) -> Recognition:
        """See the port."""
        code = primary_subtag(language)
        recognizer = self._recognizers.get(code)
        if recognizer is None:
            raise InvalidError(
                f"no live recognition of {language!r}; there is: "
                f"{', '.join(sorted(self._recognizers))}",
                code="language_unsupported",
            )
        return recognizer.recognize(pcm, code, voiced=voiced)


def load_live_models(settings: AsrSettings, store: ModelStore) -> RecognizerByLanguage:
    """Load what the configured languages need. Blocks for a second or two.

    Raises:
        SettingsError: no configured model understands one of the languages.
        ModelMissingError: a model is not on this machine.
    """
    voice_activity = VoiceActivityDetector(store)

    def load(model: str) -> WhisperRecognizer:
        return WhisperRecognizer(
            store,
            model,
            voice_activity,
            workers=settings.live_workers,
            threads=settings.live_threads,
        )

    chosen: dict[str, SpeechRecognizer] = {}
    for model in (settings.live_model, settings.live_multilingual_model):
        missing = settings.languages - set(chosen)
        if not missing:
            break
        recognizer = load(model)
        chosen.update(dict.fromkeys(missing & recognizer.languages, recognizer))
    if missing := settings.languages - set(chosen):
        raise SettingsError(
            f"VIVA_ASR_LANGUAGES: no configured model understands {', '.join(sorted(missing))}"
        )
    return RecognizerByLanguage(chosen)
