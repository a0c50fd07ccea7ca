"""Anchors that the model can tell apart, and anchors that it cannot."""

import dataclasses
import importlib
from itertools import chain

import pytest

from viva.scoring.adapters.vocabulary import EnglishVocabulary
from viva.scoring.application.analysis import Analyst
from viva.scoring.application.check_framework import Checked, CheckFramework, check_framework
from viva.scoring.domain.exemplars import SETTINGS, exemplars
from viva.scoring.domain.model import Competency

GOOD = Competency(
    "problem_solving",
    "Problem solving",
    "Finds the cause of a problem and fixes it for good.",
    1.0,
    {
        1: "Guesses or hands the problem on without having looked into it.",
        3: "Tries the usual steps and solves it in the end, without saying why they worked.",
        5: "Narrows the cause down by questions and tests, weighs options, solves it, and keeps it "
        "from coming back.",
    },
    ("Describes how the cause was found", "Compared at least two ways"),
)


def changed(low: str, middle: str, high: str) -> Competency:
    return dataclasses.replace(GOOD, anchors={1: low, 3: middle, 5: high})


def checked(competency: Competency, analyst: Analyst, vocabulary: EnglishVocabulary) -> Checked:
    (found,) = check_framework(CheckFramework((competency,)), analyst, vocabulary.is_verb)
    return found


def test_sound_anchors_are_ranked_as_they_are_meant(
    analyst: Analyst, vocabulary: EnglishVocabulary
) -> None:
    found = checked(GOOD, analyst, vocabulary)
    assert (found.pairs, found.distinguishable) == (12, True)
    scores = [score for _, score in found.levels]
    assert scores == sorted(scores)
    assert found == checked(GOOD, analyst, vocabulary)


@pytest.mark.parametrize(
    "competency",
    [
        changed("Poor communication", "Average communication", "Excellent communication"),
        changed("Does the job well.", "Does the job quite well.", "Does the job very well."),
        changed(
            "Answers customers and solves their problems.",
            "Solves customers' problems and answers them.",
            "Answers the customers and solves the problems that they have.",
        ),
        changed(*((GOOD.anchors or {})[level] for level in (5, 3, 1))),
        changed("", "Solves it.", "Solves it and keeps it from coming back."),
    ],
    ids=["adjectives", "degrees", "the same thrice", "contradictory", "empty"],
)
def test_anchors_that_say_no_different_thing_are_refused(
    competency: Competency, analyst: Analyst, vocabulary: EnglishVocabulary
) -> None:
    found = checked(competency, analyst, vocabulary)
    assert not found.distinguishable
    assert found.right < 0.9 * found.pairs or not found.pairs


def test_the_default_framework_passes(analyst: Analyst, vocabulary: EnglishVocabulary) -> None:
    builtin = importlib.import_module("viva.gateway.domain.builtin")
    competencies = tuple(
        Competency(
            one.key,
            one.name,
            one.definition,
            one.weight,
            {anchor.level: anchor.text for anchor in one.anchors},
            one.indicators,
        )
        for one in builtin.FRAMEWORK.definition.competencies
    )
    found = check_framework(CheckFramework(competencies), analyst, vocabulary.is_verb)
    assert {one.key: one.distinguishable for one in found} == {
        one.key: True for one in competencies
    }, found


def test_every_exemplar_tells_its_anchor_in_the_past_and_in_its_setting(
    vocabulary: EnglishVocabulary,
) -> None:
    told = exemplars(
        "Admits the mistake, stops the line and tells those concerned.", vocabulary.is_verb
    )
    assert len(told) == len(set(told)) == len(SETTINGS)
    for text, setting in zip(told, SETTINGS, strict=True):
        assert text.startswith(setting.opening)
        for part in ("I admitted the mistake", "I stopped the line", "I told those concerned"):
            assert part in text
    numbers = {word for setting in SETTINGS for word in chain(*map(str.split, setting.details))}
    assert not any(character.isdigit() for word in numbers for character in word)
