"""Grammar errors by Harper, an offline checker for English."""

import functools
import threading

from harper import Dialect, Language, Linter

# Kinds of its lints that are grammar; spelling, case and punctuation are the recognizer's own.
_GRAMMAR = frozenset({"Agreement", "Grammar", "Usage", "WordOrder", "Nonstandard"})
_CACHE_SENTENCES = 4096


class HarperGrammar:
    """One linter behind a lock: it refuses calls from two threads at once."""

    def __init__(self) -> None:
        self._linter = Linter(Dialect.AMERICAN)
        self._lock = threading.Lock()
        self.errors = functools.lru_cache(_CACHE_SENTENCES)(self._errors)

    def _errors(self, text: str) -> int:
        """How many lints of grammar the text has."""
        with self._lock:
            lints = self._linter.lint(text, language=Language.PLAINTEXT)
        return sum(lint.lint_kind in _GRAMMAR for lint in lints)
