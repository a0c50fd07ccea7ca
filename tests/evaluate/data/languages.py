"""Other languages than the interview's, spoken by the synthesizer's voices."""

import numpy as np
import soxr  # type: ignore[import-untyped]
from kokoro_onnx.tokenizer import Tokenizer

from viva.audio.models.store import ModelStore
from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, to_int16
from viva.audio.speech import MODEL_RATE_HZ, Synthesizer

SENTENCES = {
    "es": (
        "El año pasado trabajé en una tienda y un cliente llamó por un paquete perdido.",
        "Primero lo escuché con calma y después revisé el envío con la empresa de transporte.",
        "Le mandé otro paquete el mismo día y lo recibió en menos de dos días.",
        "Mi jefe estaba contento porque el cliente volvió a comprar con nosotros.",
    ),
    "fr-fr": (
        "L'année dernière je travaillais dans un magasin et une cliente a appelé très fâchée.",
        "J'ai d'abord écouté, puis j'ai vérifié la livraison avec le transporteur.",
        "Je lui ai envoyé un autre colis le jour même et elle l'a reçu deux jours plus tard.",
        "Mon chef était content parce que la cliente est revenue chez nous.",
    ),
    "pt-br": (
        "No ano passado eu trabalhava em uma loja e uma cliente ligou porque a encomenda sumiu.",
        "Primeiro eu escutei com calma e depois verifiquei a entrega com a transportadora.",
        "Mandei outro pacote no mesmo dia e ela recebeu em menos de dois dias.",
        "Meu chefe ficou contente porque a cliente voltou a comprar com a gente.",
    ),
}
_VOICES = ("af_heart", "am_michael")


class Foreigners:
    """Renders sentences once and puts answers together from them."""

    def __init__(self) -> None:
        self._synthesizer = Synthesizer(ModelStore(), threads=2)
        self._tokenizer = Tokenizer()
        self._said: dict[tuple[str, int, str], Samples] = {}

    def answer(self, number: int) -> Samples:
        """Some 15 s in one language by one voice, sentences in an order of its own."""
        random = np.random.default_rng([4, number])
        language = list(SENTENCES)[number % len(SENTENCES)]
        voice = _VOICES[int(random.integers(0, len(_VOICES)))]
        parts: list[Samples] = []
        for place in random.permutation(len(SENTENCES[language]))[:3]:
            parts.append(self._sentence(language, int(place), voice))
            parts.append(np.zeros(int(random.uniform(0.2, 0.8) * SAMPLE_RATE_HZ), np.int16))
        return np.concatenate(parts)

    def _sentence(self, language: str, place: int, voice: str) -> Samples:
        key = (language, place, voice)
        if key not in self._said:
            phonemes = self._tokenizer.phonemize(SENTENCES[language][place], language)
            style = self._synthesizer._voices[voice]
            wave = self._synthesizer._infer(phonemes, style, 1.0)
            self._said[key] = to_int16(soxr.resample(wave, MODEL_RATE_HZ, SAMPLE_RATE_HZ))
        return self._said[key]
