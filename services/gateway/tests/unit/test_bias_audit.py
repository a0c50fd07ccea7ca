"""Rates, ratios and Fisher's test of the bias audit."""

import pytest
from scipy.stats import fisher_exact as reference

from viva.gateway.application.calibration_report import shown
from viva.gateway.domain.bias_audit import (
    UNKNOWN,
    Sampled,
    Table,
    fisher_exact,
    tables,
    too_few,
)


@pytest.mark.parametrize(
    ("favoured", "count", "other", "of"),
    [(3, 10, 9, 12), (0, 5, 5, 5), (40, 100, 60, 100), (7, 7, 9, 9), (1, 400, 30, 600)],
)
def test_fishers_test_agrees_with_scipy(favoured: int, count: int, other: int, of: int) -> None:
    expected = reference([[favoured, count - favoured], [other, of - other]]).pvalue
    assert fisher_exact(favoured, count, other, of) == pytest.approx(expected, abs=1e-9)


def find(found: tuple[Table, ...], measure: str, division: str) -> Table:
    return next(t for t in found if (t.measure, t.division) == (measure, division))


def people(count: int, above: int, sex: str, race: str = "a") -> list[Sampled]:
    return [Sampled(90 if i < above else 10, sex, race, i < above) for i in range(count)]


def test_a_group_under_four_fifths_is_shown_with_its_significance() -> None:
    sample = [*people(100, 60, "female"), *people(100, 30, "male")]
    table = find(tables(sample), "scoring", "sex")
    assert table.sufficient
    lines = {line.group: line for line in table.lines}
    assert lines["female"].ratio == 1
    assert lines["male"].ratio == pytest.approx(0.5)
    assert lines["male"].below_four_fifths
    assert (lines["male"].fisher_p or 1) < 0.001
    assert find(tables(sample), "selection", "sex_and_race").lines[0].group == "female / a"


def test_under_a_hundred_no_ratio_is_given() -> None:
    table = find(tables([*people(60, 30, "female"), *people(39, 10, "male")]), "scoring", "sex")
    assert not table.sufficient
    assert all(line.ratio is None and line.fisher_p is None for line in table.lines)
    assert [line.count for line in table.lines] == [60, 39]


def test_unknown_small_and_null_are_counted_and_not_compared() -> None:
    sample = [
        *people(120, 60, "female"),
        *people(1, 0, "other"),
        *people(20, 5, UNKNOWN),
        *[Sampled(None, "female", "a")] * 4,
    ]
    lines = {line.group: line for line in find(tables(sample), "scoring", "sex").lines}
    assert (lines["other"].small, lines["other"].ratio) == (True, None)
    assert (lines[UNKNOWN].count, lines[UNKNOWN].ratio) == (20, None)
    assert (lines["female"].nulls, lines["female"].count) == (4, 120)


def test_no_interviews_make_no_groups() -> None:
    assert all(not table.lines and not table.sufficient for table in tables([]))


@pytest.mark.parametrize(
    ("count", "compared", "hidden"),
    [(1, 3, True), (2, 3, False), (1, 100, True), (2, 100, False), (3, 200, True), (4, 200, False)],
)
def test_in_a_calibration_small_groups_are_counted_only(
    count: int, compared: int, hidden: bool
) -> None:
    assert too_few(count, compared) is hidden
    line = {"group": "female", "count": count, "nulls": 0, "favoured": 1, "rate": 1 / count}
    line |= {"ratio": None, "below_four_fifths": None, "fisher_p": None, "small": False}
    stored = {"impact": {"before": [{"compared": compared, "lines": [line]}], "after": []}}
    (seen,) = shown(stored, audited=True)["impact"]["before"][0]["lines"]
    assert (seen["count"], seen["favoured"] is None, seen["rate"] is None, seen["small"]) == (
        count,
        hidden,
        hidden,
        hidden,
    )
    assert shown(stored, audited=False)["impact"] is None
    assert line["favoured"] == 1
