"""What speech over the interviewer is, by its words."""

from viva.session.domain.conversation import cues
from viva.session.domain.conversation.facts import Overlap

# Without words to look at, only speech that goes on and on counts.
_LONG_MS = 1_100


def overlap_by_words(text: str | None, caption: str, lasted_ms: int) -> Overlap:
    """Judges speech that is no copy of what was played.

    Args:
        text: its words; None where recognition gave none in time.
        caption: what the interviewer said meanwhile.
        lasted_ms: so far.
    """
    if text is None:
        return Overlap.WORDS if lasted_ms >= _LONG_MS else Overlap.NOISE
    if not cues.words(text) or cues.only_backchannel(text) or cues.only_fillers(text):
        return Overlap.NOISE
    if cues.is_caption(text, caption):
        return Overlap.ECHO
    return Overlap.WORDS
