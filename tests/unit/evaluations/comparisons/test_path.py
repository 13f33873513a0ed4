"""The path between two answers: which causes it tells apart, and which it tells together."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.evaluations.comparisons.path import Side, path_between
from service.evaluations.engine import Materials, answer_of
from service.kit.http.problems import INVALID, Problem
from service.workflow.document import Answer
from tests.evaluating import Case, sheet

SMALL: dict[str, Any] = {"uncertainty": {"scenarios": 3}}
BEFORE = Case(policy=SMALL)
AFTER = Case(scale=3, sheet=sheet(token="0.50"), policy={**SMALL, "margin": "0.2"})


def aged(side: Side) -> Side:
    """Return the side as made by an engine of long ago."""
    return replace(side, inputs=replace(side.inputs, engine_version="0.0.1"))


def causes(before: Side, after: Side, compute: Callable[[Materials], Answer] = answer_of) -> list[str]:
    path = path_between(before, after, compute)
    assert (path[0].answer, path[-1].answer) == (before.answer, after.answer)
    return ["+".join(point.causes) for point in path[1:]]


def test_one_cause_after_the_other() -> None:
    assert causes(BEFORE.side, AFTER.side) == ["traffic", "prices", "policy"]


def test_an_engine_of_either_end_is_a_cause_of_its_own() -> None:
    assert causes(aged(BEFORE.side), AFTER.side) == ["engine", "traffic", "prices", "policy"]
    assert causes(BEFORE.side, aged(AFTER.side)) == ["traffic", "prices", "policy", "engine"]
    assert causes(aged(BEFORE.side), BEFORE.side) == ["engine"]
    assert causes(BEFORE.side, BEFORE.side) == []


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (1, ["engine+traffic", "prices", "policy"]),
        (2, ["engine", "traffic+prices", "policy"]),
        (4, ["engine", "traffic", "prices", "policy"]),
    ],
    ids=["what is old", "a mixture", "none"],
)
def test_what_the_workflow_refuses_is_told_together_with_the_next(refused: int, told: list[str]) -> None:
    calls: list[Materials] = []

    def compute(materials: Materials) -> Answer:
        calls.append(materials)
        if len(calls) == refused:
            raise Problem(INVALID, "It cannot be computed.")
        return answer_of(materials)

    assert causes(aged(BEFORE.side), AFTER.side, compute) == told
    assert len(calls) == 3  # both ends are known
