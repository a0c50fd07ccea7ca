"""What recognition gives: words with times, voiced spans, the language that was heard."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A stretch of an answer, milliseconds from its first sample."""

    start_ms: int
    end_ms: int

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds."""
        return self.end_ms - self.start_ms


@dataclass(frozen=True)
class Word:
    """A recognized word; `confidence` is the model's probability, 0 to 1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


@dataclass(frozen=True)
class Recognition:
    """Live text of one piece of an answer; `speech` is False where there was none."""

    words: tuple[Word, ...]
    speech: bool

    @property
    def text(self) -> str:
        """The words, one space between them."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """Mean confidence of the words; 0 where there are none."""
        if not self.words:
            return 0.0
        return sum(word.confidence for word in self.words) / len(self.words)


@dataclass(frozen=True)
class Fingerprint:
    """What produced a result: the same fingerprint gives the same result for the same audio."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Transcript:
    """The final text of an answer.

    Attributes:
        language: ISO 639-1, as heard, or the persona's where too little was said to tell.
        language_probability: that it is this language, 0 to 1; 0 where nothing was said.
        speech: voiced spans, in order.
        syllables_ms: where syllables sound, found in the audio without the words.
        filled_pauses: held sounds between silences ("um"), found likewise.
    """

    language: str
    language_probability: float
    words: tuple[Word, ...] = ()
    speech: tuple[Span, ...] = ()
    models: tuple[Fingerprint, ...] = ()
    syllables_ms: tuple[int, ...] = ()
    filled_pauses: tuple[Span, ...] = ()
