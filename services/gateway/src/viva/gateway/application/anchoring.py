"""A framework is taken only if the model can tell its anchors apart: scoring is asked first."""

from collections.abc import Sequence

from viva.gateway.application.ports import ScoringModel
from viva.gateway.domain.errors import Fault, InvalidInputError
from viva.gateway.domain.library import AnchorCheck, Framework

CODE = "anchors_indistinct"


async def refuse_indistinct(model: ScoringModel, framework: Framework, *, at: str = "") -> None:
    """Asks scoring, with no transaction open; while scoring is away nothing is taken.

    Args:
        framework: that keeps every other rule already.
        at: JSON pointer of the framework in the request's body.

    Raises:
        InvalidInputError: `anchors_indistinct`, with a pointer to each such competency's anchors.
        TransientError: scoring does not answer.
    """
    faults = tuple(_faults(await model.check(framework), framework, at))
    if faults:
        raise InvalidInputError(CODE, "These anchors cannot be told apart.", faults)


def _faults(found: Sequence[AnchorCheck], framework: Framework, at: str) -> Sequence[Fault]:
    places = {competency.key: place for place, competency in enumerate(framework.competencies)}
    return [
        Fault(
            f"{at}/competencies/{places[one.key]}/anchors",
            "these anchors cannot be told apart: of answers written from them, the model ranks "
            f"{one.right} of {one.pairs} pairs rightly, and 9 of 10 are needed{_levels(one)}. Say "
            "in each what a person of that level does and what comes of it: of level 5 more than "
            "of 3, of level 1 what is left undone.",
            CODE,
        )
        for one in found
        if not one.distinguishable
    ]


def _levels(found: AnchorCheck) -> str:
    """How far apart the levels are, so that it is seen which two clash."""
    if not found.levels:
        return ""
    told = ", ".join(f"{score:.0f} (level {level})" for level, score in found.levels)
    return f"; on average they score {told}"
