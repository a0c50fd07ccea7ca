"""What speech over the interviewer is, by its words."""

from viva.session.domain.conversation import cues
from viva.session.domain.conversation.facts import Overlap

# Without words to look at, only speech that goes on and on counts.
_LONG_MS = 1_100
# Half a second of a murmur is recognized as some word or other, at .1 to .3; of words, at .6.
_LEAST_CONFIDENCE = 0.4


def overlap_by_words(
    text: str | None, caption: str, lasted_ms: int, confidence: float = 1.0
) -> Overlap:
    """Judges speech that is no copy of what was played.

    Args:
        text: its words; None where recognition gave none in time.
        caption: what the interviewer said meanwhile.
        lasted_ms: so far.
        confidence: mean probability of the words, 0 to 1.
    """
    if text is None:
        return Overlap.WORDS if lasted_ms >= _LONG_MS else Overlap.NOISE
    if not cues.words(text) or cues.only_backchannel(text) or cues.only_fillers(text):
        return Overlap.NOISE
    if cues.is_caption(text, caption):
        return Overlap.ECHO
    if lasted_ms < _LONG_MS and confidence < _LEAST_CONFIDENCE:
        return Overlap.NOISE
    return Overlap.WORDS
