"""Renders the voice menu's sentences anew: python services/telephony/bench/render_sentences.py"""

from pathlib import Path

from viva.audio.g711 import encode_mulaw
from viva.audio.models.store import ModelStore, default_models_dir
from viva.audio.pcm import to_samples
from viva.audio.resample import resample
from viva.audio.speech import Synthesizer
from viva.telephony.adapters import menu

FOLDER = Path(menu.__file__).parent / "sentences"

if __name__ == "__main__":
    synthesizer = Synthesizer(ModelStore(default_models_dir()))
    for key, text in menu.TEXTS.items():
        spoken = to_samples(synthesizer.synthesize(text))
        (FOLDER / f"{key}.ulaw").write_bytes(encode_mulaw(resample(spoken, 16_000, 8_000)))
