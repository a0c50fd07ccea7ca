"""The service's own final recognizer, and a cache of what it said: datasets take long."""

import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from viva.asr.adapters.whisper_final import WhisperTranscriber
from viva.asr.domain.model import Span, Transcript, Word
from viva.asr.settings import AsrSettings
from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples, to_bytes
from viva.audio.vad import VoiceActivityDetector


@functools.cache
def recognizer() -> WhisperTranscriber:
    """As the asr service runs it."""
    store, settings = ModelStore(), AsrSettings()
    return WhisperTranscriber(
        store,
        settings.final_model,
        VoiceActivityDetector(store),
        threads=settings.final_threads,
        beam=settings.final_beam,
    )


class TranscriptCache:
    """Transcripts by the audio's hash, in one file for each recognizer and machine kind.

    Attributes:
        fresh: how many were recognized by this object.
    """

    def __init__(self, folder: Path) -> None:
        marks = "".join(print_.sha256 for print_ in recognizer().fingerprints)
        name = hashlib.sha256(marks.encode()).hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"transcripts-{name}.jsonl"
        self._known: dict[str, Transcript] = {}
        self.fresh = 0
        for line in self._lines():
            self._known[line["audio"]] = _transcript(line["transcript"])

    def transcribe(self, samples: Samples, language: str = "en") -> Transcript:
        """The transcript of these samples, recognized at most once."""
        key = hashlib.sha256(language.encode() + to_bytes(samples)).hexdigest()
        if key not in self._known:
            found = recognizer().transcribe(samples, language)
            self._known[key] = found
            self.fresh += 1
            entry = {"audio": key, "transcript": {**asdict(found), "models": ()}}
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(entry) + "\n")
        return self._known[key]

    def _lines(self) -> Sequence[dict]:  # type: ignore[type-arg]
        if not self._path.exists():
            return []
        # A run that was killed may have left half a line.
        lines = self._path.read_text("utf-8").split("\n")
        return [json.loads(line) for line in lines[:-1]]


def _transcript(entry: dict) -> Transcript:  # type: ignore[type-arg]
    return Transcript(
        entry["language"],
        entry["language_probability"],
        tuple(Word(**word) for word in entry["words"]),
        tuple(Span(**span) for span in entry["speech"]),
        syllables_ms=tuple(entry["syllables_ms"]),
        filled_pauses=tuple(Span(**span) for span in entry.get("filled_pauses", ())),
    )
