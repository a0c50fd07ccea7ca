"""An answer's words with its pauses written in, for a person to follow while listening."""

from viva.fraud.domain.manner import Manner
from viva.fraud.domain.model import Answer, Evidence, Span

_QUOTE_WORDS = 24


def with_pauses(answer: Answer, manner: Manner) -> Evidence | None:
    """The first words, each pause with its length: "the same day, [0.4 s] and she stayed"."""
    words = [word for word in answer.words if not word.dropped]
    if not words:
        return None
    pauses = sorted(manner.pauses, key=lambda pause: pause.span.start_ms, reverse=True)
    parts = []
    for word in words[:_QUOTE_WORDS]:
        # As in `manner`: a word is after a pause when its middle is.
        doubled_ms = word.span.start_ms + word.span.end_ms
        while pauses and pauses[-1].span.start_ms + pauses[-1].span.end_ms <= doubled_ms:
            parts.append(f"[{pauses.pop().silence_ms / 1000:.1f} s]")
        parts.append(word.text.strip())
    text = " ".join(parts) + ("\u2026" if len(words) > _QUOTE_WORDS else "")
    return Evidence(answer.answer_id, text, Span(words[0].span.start_ms, words[-1].span.end_ms))
