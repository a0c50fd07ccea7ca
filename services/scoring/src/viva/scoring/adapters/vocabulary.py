"""CEFR word levels (cefrpy) and word frequencies (wordfreq)."""

import functools

import wordfreq
from cefrpy import CEFRAnalyzer  # type: ignore[import-untyped]

_COMMON_ZIPF = 5.0
_RARE_LEVEL = 5.0
_CACHE_WORDS = 20_000


class EnglishVocabulary:
    """Packaged word lists of English; loads once, then answers from memory."""

    def __init__(self) -> None:
        self._levels = CEFRAnalyzer()
        self.level = functools.lru_cache(_CACHE_WORDS)(self._level)
        self.frequency = functools.lru_cache(_CACHE_WORDS)(self._frequency)
        self.known = functools.lru_cache(_CACHE_WORDS)(self._known)

    def is_verb(self, word: str) -> bool:
        """Whether the lower-case base form is listed as a verb."""
        tags = self._levels.get_all_pos_for_word_as_str(word) if word.isalpha() else None
        return "VB" in (tags or ())

    def _level(self, word: str) -> float | None:
        """Mean CEFR level over the word's parts of speech, 1 to 6."""
        if not word.isalpha():
            return None
        level = self._levels.get_average_word_level_float(word)
        return None if level is None else float(level)

    def _frequency(self, word: str) -> float:
        """On the Zipf scale; 0 for a word that the list has not."""
        return float(wordfreq.zipf_frequency(word, "en"))

    def _known(self, word: str) -> bool:
        """In the CEFR lists, and no rare entry there: those hold many names; or very frequent."""
        level = self._levels.get_average_word_level_float(word)
        if level is not None:
            return float(level) < _RARE_LEVEL
        return self.frequency(word) >= _COMMON_ZIPF
