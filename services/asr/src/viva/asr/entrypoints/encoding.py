"""Domain objects as messages."""

from collections.abc import Iterable

from viva.asr.domain.model import Span, Transcript, Word
from viva.contracts.common.v1 import common_pb2


def word_message(word: Word) -> common_pb2.Word:
    """A word."""
    return common_pb2.Word(
        text=word.text, start_ms=word.start_ms, end_ms=word.end_ms, confidence=word.confidence
    )


def transcript_message(transcript: Transcript) -> common_pb2.Transcript:
    """A transcript."""
    return common_pb2.Transcript(
        language=transcript.language,
        language_probability=transcript.language_probability,
        words=[word_message(word) for word in transcript.words],
        speech=_spans(transcript.speech),
        models=[
            common_pb2.ModelVersion(name=model.name, version=model.version, sha256=model.sha256)
            for model in transcript.models
        ],
        syllables_ms=transcript.syllables_ms,
        filled_pauses=_spans(transcript.filled_pauses),
    )


def _spans(spans: Iterable[Span]) -> list[common_pb2.Span]:
    return [common_pb2.Span(start_ms=span.start_ms, end_ms=span.end_ms) for span in spans]
