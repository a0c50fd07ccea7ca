"""Whether English words are anything but English: recognition may hear French and say English.

A word that joins others betrays its language, and no English answer is made of another language's.
Words that English has too ("a", "on", "me", "die", "pour") are left out. Letters that English has
not ("ł", "ş", "д", "我") betray a language by themselves.
"""

import re
from collections.abc import Iterable, Sequence
from statistics import fmean

# French, Spanish, Portuguese, German, Italian, Dutch, Swedish, Polish, Turkish, Indonesian,
# Finnish; each language's most frequent ones.
_JOINING = """
je tu il elle nous vous ils elles le les une et dans avec que qui est mais pas très lui au aux ce
cette mon mes notre été était parce même puis ai chez
el los las una y de en por para con su lo se fue yo pero muy mi nos como porque mis ha
uma um não os da na eu ele ela muito meu minha foi em dele
ich der das den dem ein eine und ist nicht mit für auf wir sie es zu habe haben wurde dass
che di non è sono gli ho della abbiamo anche questo
ik het een van niet voor hebben dat ook maar zijn wij hij
och att jag det som inte är för på av ett vi hon
nie jest się że jak ale był była przez dla od tak ja
ve bir bu için çok ama daha ile gibi ben
yang dan saya di ini itu dengan untuk tidak ada dari ke karena
ja hän oli ei että minä olen mutta niin kun
"""
_OTHERS = frozenset(_JOINING.split())
_ENGLISH = frozenset({"the", "i", "and", "to", "of", "it", "that", "was", "we", "my", "with"})
_SHARE = 0.2
_LEAST = 10
# One answer with a strong accent sounds less like English than this now and then. The mean of two
# or more did for nobody of 67 accented speakers, by browser, by telephone, or at another pitch.
_HARDLY_ENGLISH = 0.25
_ANSWERS = 2
UNKNOWN = "und"
"""A language that nobody can name (ISO 639-3)."""


def is_foreign(words: Iterable[str]) -> bool:
    """Whether a fifth of ten words or more, and more than do so in English, are foreign ones."""
    plain = [re.sub(r"[^\w]", "", word).lower() for word in words]
    said = [word for word in plain if word]
    foreign = sum(word in _OTHERS or not word.isascii() for word in said)
    english = sum(word in _ENGLISH for word in said)
    return len(said) >= _LEAST and foreign >= _SHARE * len(said) and foreign > english


def hardly_sounds_so(probabilities: Sequence[float]) -> bool:
    """Whether the answers together do not sound like the language that was recognized.

    Recognition that is told to write English translates what it hears, or makes up words: these
    tell nothing then, only the sound does.

    Args:
        probabilities: of each answer, that it was in this language.
    """
    return len(probabilities) >= _ANSWERS and fmean(probabilities) < _HARDLY_ENGLISH
