"""Other people, the same story: nothing changes, whether or not a list knows what they are."""

import pytest

from tests.evaluate.data.strangers import STRANGERS
from tests.evaluate.tasks.counterfactual import (
    BASE,
    USES,
    Person,
    changed,
    scored,
    strangers,
    swaps_of,
)
from viva.audio.models import ModelMissingError
from viva.scoring.domain import groups

WITHIN = USES[0]
LISTS = (
    groups.GIVEN_NAMES,
    groups.AMBIGUOUS_NAMES,
    groups.NATIONALITIES,
    groups.COUNTRIES,
    groups.RELIGIONS,
    groups.ORIENTATIONS,
    groups.TITLES,
)


def changes(swaps: list[Person]) -> list[str]:
    try:
        return [one.swap for one in changed(swaps, WITHIN)]
    except ModelMissingError as error:
        pytest.skip(error.detail)


@pytest.mark.parametrize("kind", swaps_of())
def test_no_swap_changes_a_number(kind: str) -> None:
    assert changes(swaps_of()[kind]) == []


@pytest.mark.parametrize("kind", STRANGERS)
def test_neither_does_one_that_no_list_knows(kind: str) -> None:
    swaps = [swap for swap in strangers()[kind] if " " not in "".join(swap.values())]
    assert len(swaps) >= 20
    assert changes(swaps) == []


@pytest.mark.parametrize("kind", STRANGERS)
def test_strangers_are_in_none_of_the_maskers_lists(kind: str) -> None:
    """Where a list learns one, it is no stranger any longer: put another here."""
    known = frozenset().union(*LISTS)
    words = [word for one in STRANGERS[kind] for word in one.lower().split()]
    assert len(set(STRANGERS[kind])) >= 20
    assert [word for word in words if word in known] == []


def test_the_stories_earn_points_that_could_change() -> None:
    try:
        results = [scored(BASE, use) for use in USES]
    except ModelMissingError as error:
        pytest.skip(error.detail)
    assert all((result.overall or 0) > 500 for result in results)
    assert all(result.language.cefr.level for result in results)
