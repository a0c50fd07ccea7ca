"""What is shared by the score of one answer and of an interview: text, evidence, language."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from viva.scoring.application.ports import Grammar, IntentBank, TextSimilarity, Vocabulary
from viva.scoring.application.topic import Topicality, Topics, subject_of
from viva.scoring.domain.clauses import clauses_of
from viva.scoring.domain.coefficients import Coefficients
from viva.scoring.domain.coherence import belonging
from viva.scoring.domain.competency import Relevance, findings, score
from viva.scoring.domain.confidence import NO_SPEECH, NOT_ANALYSED, OTHER_LANGUAGE
from viva.scoring.domain.delivery import Delivery, delivery_of
from viva.scoring.domain.diversity import mtld
from viva.scoring.domain.language import MTLD_MINIMUM_WORDS
from viva.scoring.domain.lexicon import STOPWORDS
from viva.scoring.domain.masking import mask
from viva.scoring.domain.model import (
    Answer,
    Competency,
    Evidence,
    Scored,
    Span,
    SpokenWord,
    nothing,
)
from viva.scoring.domain.narrative import Narrative, own_sentences, prompts_of, read
from viva.scoring.domain.timing import Timing
from viva.scoring.domain.tokens import Sentence, Token, plain, quote, sentences_of, tokens_of
from viva.scoring.domain.word_levels import profile

_MAX_SENTENCES = 80
_THEM = frozenset({"them", "their"})
_MIN_SENTENCE_TOKENS = 3
# Of fewer sentences nobody can say that they miss the question altogether.
_ENOUGH_TO_TELL = 3


@dataclass(frozen=True)
class Said:
    """One answer, masked."""

    answer: Answer
    tokens: tuple[Token, ...]
    delivery: Delivery

    @property
    def timing(self) -> Timing:
        """When it was said."""
        return self.delivery.timing


class Analyst:
    """Reads answers with the models' help; the same input gives the same findings."""

    def __init__(
        self,
        similarity: TextSimilarity,
        vocabulary: Vocabulary,
        grammar: Grammar,
        coefficients: Coefficients,
        topics: Topics,
        intents: IntentBank,
    ) -> None:
        self._similarity = similarity
        self._intents = intents
        self.topicality = Topicality(similarity, topics)
        self._vocabulary = vocabulary
        self._grammar = grammar
        self.coefficients = coefficients

    def hear(self, answer: Answer) -> Said:
        """Masks one answer and measures how it was said."""
        prompts = [answer.question_text, *(t for c in answer.competencies for t in c.texts)]
        context = {
            word.strip(".,;:!?\"'()").lower() for prompt in prompts for word in prompt.split()
        }
        tokens = mask(tokens_of(answer), self._vocabulary.known, context)
        return Said(answer, tuple(tokens), delivery_of(answer, tokens))

    def narrative(self, question: Sequence[Said]) -> Narrative:
        """Evidence in the answers to one question, its follow-ups included."""
        sentences = [s for said in question for s in sentences_of(said.tokens)]
        texts = _prompts([said.answer for said in question])
        prompts = prompts_of(texts)
        own = own_sentences(sentences[:_MAX_SENTENCES], prompts)
        own = [sentence for sentence in own if not self._recites(sentence, texts)]
        places = belonging(
            [plain(sentence) for sentence in own],
            [subject_of(text) or text for text in texts],
            self._similarity.similarity,
            self._intents.everyday,
            self.coefficients.similarity.threads,
        )
        return read([own[place] for place in places], prompts)

    def competency(
        self, question: Sequence[Said], narrative: Narrative, competency: Competency
    ) -> Scored:
        """The score of one competency from the answers to one question."""
        if not any(said.tokens for said in question):
            analysed = all(said.answer.analysed for said in question)
            return nothing(NO_SPEECH if analysed else NOT_ANALYSED)
        if not all(said.answer.language_matches for said in question):
            return nothing(OTHER_LANGUAGE)
        indicators = competency.shown_by
        found = findings(
            narrative,
            self._indicators(narrative, indicators),
            len(indicators),
            self._relevance(question, narrative, competency),
        )
        return score(found, self.coefficients.competency, competency.factors)

    def exemplar(self, text: str, competency: Competency) -> int:
        """The evidence in a text that is known to be to the point, in tenths."""
        words = tuple(SpokenWord(word, Span(0, 0)) for word in text.split())
        answer = Answer("exemplar", 1, "", "", words, competencies=(competency,), typed=True)
        said = self.hear(answer)
        # Nothing in it is padding, and its words stand for a candidate's own.
        prompts = prompts_of(())
        narrative = read(own_sentences(sentences_of(said.tokens), prompts), prompts)
        indicators = competency.shown_by
        found = self._indicators(narrative, indicators)
        points = self.coefficients.competency
        scored = score(findings(narrative, found, len(indicators), Relevance()), points)
        return scored.tenths or 0

    def language_features(self, said: Sequence[Said]) -> dict[str, float]:
        """Vocabulary and grammar of spoken answers; timing is in `Said`."""
        tokens = [token for one in said for token in one.tokens]
        content = [t.text for t in tokens if not t.name and t.text not in STOPWORDS]
        sentences = [s for one in said for s in sentences_of(one.tokens)]
        clauses = sum(len(clauses_of(sentence)) for sentence in sentences)
        words = max(1, len(tokens))
        features = {
            **profile(self._levels(content)),
            "clause_words": len(tokens) / max(1, clauses),
            "grammar_errors_per_100_words": 100
            * sum(self._grammar.errors(_written(sentence)) for sentence in sentences)
            / words,
        }
        if len(tokens) >= MTLD_MINIMUM_WORDS:
            features["mtld"] = mtld([token.text for token in tokens])
        return features

    def _levels(self, words: Sequence[str]) -> Iterator[float]:
        """Of those that the list knows."""
        ceilings = self.coefficients.language.ceilings
        for word in words:
            level = self._vocabulary.level(word)
            if level is not None:
                yield ceilings.held(level, self._vocabulary.frequency(word))

    def _recites(self, sentence: Sentence, prompts: Sequence[str]) -> bool:
        if len(sentence) < _MIN_SENTENCE_TOKENS:
            return False
        text = plain(sentence)
        cut = self.coefficients.similarity.recital
        return any(self._similarity.similarity(text, prompt) >= cut for prompt in prompts)

    def _relevance(
        self, question: Sequence[Said], narrative: Narrative, competency: Competency
    ) -> Relevance:
        """How far it is to the point."""
        first = question[0].answer.question_text or f"{competency.name}. {competency.definition}"
        sentences = [s for s in narrative.sentences if len(s) >= _MIN_SENTENCE_TOKENS]
        texts = [plain(sentence) for sentence in sentences]
        index = self.topicality.index(first, texts)
        if index is None:
            return Relevance(topical=bool(sentences))
        cuts = self.coefficients.similarity
        subject = subject_of(first)
        fit = self._intents.fit(subject, texts)
        known = fit.known >= cuts.known
        unfit = cuts.unfit if known else cuts.unfit_unknown
        needed = unfit + cuts.unfit_fades
        beside = len(sentences) > 1 and self._everyday(texts) < cuts.everyday
        share = 1.0
        if beside and fit.score < cuts.fits:
            share = 0.0
        elif len(sentences) >= _ENOUGH_TO_TELL:
            share = _between(fit.score, unfit, cuts.unfit_fades)
            if not known:
                share = min(share, _between(index, cuts.off_topic, cuts.off_topic_fades))
        near = [self._similarity.similarity(text, subject) for text in texts]
        closest = max(range(len(near)), key=lambda place: (near[place], -place))
        compared = f"fits the question by {fit.score}, {needed} needed, beside other answers"
        return Relevance(
            topical=index >= cuts.on_topic,
            fit=share,
            closest=(quote(sentences[closest]),),
            compared=compared if share < 1 and fit.score < needed else "",
        )

    def _everyday(self, texts: Sequence[str]) -> float:
        """How much nearer the sentences are to what is told in answers than to small talk."""
        near = [self._intents.everyday(text) for text in texts]
        return statistics.fmean(work - beside for work, beside in near)

    def _indicators(
        self, narrative: Narrative, indicators: Sequence[str]
    ) -> list[tuple[str, Evidence]]:
        found = []
        for indicator in indicators:
            ranked = [
                (self._similarity.similarity(plain(sentence), indicator), -place)
                for place, sentence in enumerate(narrative.telling)
            ]
            if ranked and max(ranked)[0] >= self.coefficients.similarity.indicator:
                sentence = narrative.telling[-max(ranked)[1]]
                found.append((indicator, quote(sentence)))
        return found


def _between(value: float, start: float, width: float) -> float:
    """0 up to `start`, 1 from `width` above it, in proportion between."""
    return max(0.0, min(1.0, (value - start) / width))


def _prompts(answers: Sequence[Answer]) -> list[str]:
    texts = [answer.question_text for answer in answers]
    texts += [text for a in answers for c in a.competencies for text in c.texts]
    return [text for text in dict.fromkeys(texts) if text.strip()]


def _prose(token: Token, after: Token | None) -> str:
    """One word; "him", "her" and "them" alike, whatever masking has made of them."""
    if token.name:
        return "Robin"
    if token.text in _THEM:
        owns = after is not None and not token.ends and after.text not in STOPWORDS
        return "their" if owns else "them"
    return "I" if token.text == "i" else token.text


def _written(sentence: Sentence) -> str:
    """A masked sentence as prose: capitals and stops, for the grammar checker."""
    words = [
        _prose(token, after) + ("," if token.ends == "," else "")
        for token, after in zip_longest(sentence, sentence[1:])
    ]
    text = " ".join(words).replace(" i'", " I'")
    return text[:1].upper() + text[1:] + ("?" if sentence[-1].ends == "?" else ".")
