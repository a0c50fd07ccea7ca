"""What makes a definition usable. Shapes and lengths are checked at the edge already."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from viva.gateway.domain.errors import Fault, InvalidInputError
from viva.gateway.domain.library import (
    Competency,
    Definition,
    Framework,
    Persona,
    Question,
    QuestionSet,
)

_LEVELS = (1, 3, 5)


def check(
    definition: Definition, *, languages: Sequence[str], voices: Sequence[str], at: str = ""
) -> None:
    """Refuses a definition that breaks a rule.

    Args:
        languages: BCP 47 primary subtags that the installed models speak and understand.
        voices: that the installed models have.
        at: JSON pointer of the definition in the request's body.

    Raises:
        InvalidInputError: with a pointer for each broken rule.
    """
    if isinstance(definition, Persona):
        _check_persona(definition, languages, voices, at)
        return
    if isinstance(definition, Framework):
        faults = tuple(_framework_faults(definition, at))
    else:
        faults = tuple(_question_set_faults(definition, at))
    if faults:
        raise InvalidInputError("definition_invalid", "The definition breaks a rule.", faults)


def check_script(
    framework: Framework, question_set: QuestionSet, *, default_questions: bool, at: str = ""
) -> None:
    """Refuses a question set that asks for what the framework does not know.

    Args:
        default_questions: the customer named a framework and no question set.

    Raises:
        InvalidInputError: `question_set_required` or `competency_unknown`.
    """
    known = {competency.key for competency in framework.competencies}
    faults = tuple(
        Fault(
            f"{at}/question_set/questions/{index}/competencies",
            f"'{key}' is no competency of the framework; it has {', '.join(sorted(known))}.",
            "competency_unknown",
        )
        for index, question in enumerate(question_set.questions)
        for key in question.competency_keys
        if key not in known
    )
    if faults and default_questions:
        raise InvalidInputError(
            "question_set_required",
            "The default question set does not probe this framework: name a question set.",
            (Fault(f"{at}/question_set", "missing", "missing"),),
        )
    if faults:
        raise InvalidInputError("competency_unknown", "A question probes the unknown.", faults)


def _check_persona(
    persona: Persona, languages: Sequence[str], voices: Sequence[str], at: str
) -> None:
    if persona.language.split("-")[0].lower() not in languages:
        listed = ", ".join(languages)
        raise InvalidInputError(
            "language_unavailable",
            f"The installed models do not speak '{persona.language}'; they speak: {listed}.",
            (Fault(f"{at}/language", f"one of: {listed}", "language_unavailable"),),
        )
    if persona.voice not in voices:
        listed = ", ".join(voices)
        raise InvalidInputError(
            "voice_unavailable",
            f"No installed voice is called '{persona.voice}'; there are: {listed}.",
            (Fault(f"{at}/voice", f"one of: {listed}", "voice_unavailable"),),
        )


def _framework_faults(framework: Framework, at: str) -> Iterator[Fault]:
    keys = [competency.key for competency in framework.competencies]
    yield from _duplicates(keys, lambda index: f"{at}/competencies/{index}/key")
    for index, competency in enumerate(framework.competencies):
        yield from _competency_faults(competency, f"{at}/competencies/{index}")


def _competency_faults(competency: Competency, at: str) -> Iterator[Fault]:
    if not (math.isfinite(competency.weight) and competency.weight > 0):
        yield Fault(f"{at}/weight", "must be above 0", "weight")
    levels = tuple(anchor.level for anchor in competency.anchors)
    if tuple(sorted(levels)) != _LEVELS:
        yield Fault(f"{at}/anchors", "must be the levels 1, 3 and 5, once each", "anchor_levels")
    for index, anchor in enumerate(competency.anchors):
        if not anchor.text.strip():
            yield Fault(f"{at}/anchors/{index}/text", "must say something", "anchor_empty")
    texts = [_plain(anchor.text) for anchor in competency.anchors]
    yield from _duplicates(texts, lambda index: f"{at}/anchors/{index}/text")
    indicators = [_plain(indicator) for indicator in competency.indicators]
    yield from _duplicates(indicators, lambda index: f"{at}/indicators/{index}")


def _question_set_faults(question_set: QuestionSet, at: str) -> Iterator[Fault]:
    questions = question_set.questions
    if all(question.warm_up for question in questions):
        yield Fault(f"{at}/questions", "needs a question that is no warm-up", "nothing_scored")
    ids = [question.id for question in questions]
    yield from _duplicates(ids, lambda index: f"{at}/questions/{index}/id")
    for index, question in enumerate(questions):
        yield from _question_faults(question, f"{at}/questions/{index}")


def _question_faults(question: Question, at: str) -> Iterator[Fault]:
    if question.warm_up and question.competency_keys:
        yield Fault(f"{at}/competencies", "a warm-up is never scored", "warm_up_scored")
    if not question.warm_up and not question.competency_keys:
        yield Fault(f"{at}/competencies", "names none", "missing")
    yield from _duplicates(question.competency_keys, lambda index: f"{at}/competencies/{index}")
    ids = [follow_up.id for follow_up in question.follow_ups]
    yield from _duplicates(ids, lambda index: f"{at}/follow_ups/{index}/id")


def _duplicates(values: Iterable[str], pointer: Callable[[int], str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value and value in seen:
            yield Fault(pointer(index), "is there already", "duplicate")
        seen.add(value)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
