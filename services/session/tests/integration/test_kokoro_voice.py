"""The real voice in its process, once; needs the pulled model."""

import pytest

from viva.audio.models.store import ModelStore
from viva.platform.errors import InvalidError
from viva.session.adapters.synthesizer import KokoroVoice, wav_of

pytestmark = pytest.mark.skipif(
    not ModelStore().is_present("kokoro"), reason="viva models pull kokoro"
)


async def test_the_voice_speaks_in_a_process_of_its_own() -> None:
    voice = KokoroVoice(ModelStore(), threads=2)
    await voice.start()
    try:
        pcm = await voice.speak("Thank you.", "af_heart")
        assert 16_000 * 2 * 0.4 < len(pcm) < 16_000 * 2 * 3
        assert wav_of(pcm)[44:] == pcm
        with pytest.raises(InvalidError) as caught:
            await voice.speak("Thank you.", "nobody")
        assert caught.value.code == "voice_unknown"
    finally:
        await voice.stop()


def test_the_fingerprint_names_text_and_voice() -> None:
    voice = KokoroVoice(ModelStore(), threads=1)
    same = voice.fingerprint("Thank you.", "af_heart")
    assert same == KokoroVoice(ModelStore(), threads=4).fingerprint("Thank you.", "af_heart")
    assert same != voice.fingerprint("Thanks.", "af_heart")
    assert same != voice.fingerprint("Thank you.", "am_adam")
