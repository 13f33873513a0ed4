"""Values that are computed once never wait for each other in a circle.

Python 3.11 computes a cached property under a lock that all objects of the class share: two threads that compute two of
them, each of which asks for the other, would wait forever. The thread that searches computes some beside those that
replay.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

import pytest
from hypothesis import given, settings

from bench._scenarios import hundred_offers, week_log, year_series
from service.policies.policy_schema import policy_of
from service.workflow.errors import WorkflowError
from service.workflow.evaluate import evaluate
from tests.effort import examples
from tests.property.workflow.strategies import Situation, situations

Asked = defaultdict[cached_property[Any], set[cached_property[Any]]]
"""By cached property, which others were asked for while it was computed."""


@contextmanager
def noted() -> Iterator[Asked]:
    """Note what cached properties ask for; one that asks for itself, of another object, may."""
    asked: Asked = defaultdict(set)
    by_thread: defaultdict[int, list[cached_property[Any]]] = defaultdict(list)
    found = cached_property.__get__

    def get(self: cached_property[Any], instance: object, owner: type | None = None) -> Any:  # noqa: ANN401
        computing = by_thread[threading.get_ident()]
        if computing and computing[-1] is not self:
            asked[computing[-1]].add(self)
        computing.append(self)
        try:
            return found(self, instance, owner)
        finally:
            computing.pop()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cached_property, "__get__", get)
        yield asked


def in_order(asked: Asked) -> list[cached_property[Any]]:
    """Return the properties so that each follows those it asks for; raises CycleError where two ask for each other."""
    return list(TopologicalSorter(asked).static_order())


@settings(derandomize=True, max_examples=examples(40))
@given(situation=situations())
def test_no_two_cached_values_ask_for_each_other(situation: Situation) -> None:
    with noted() as asked:
        try:
            evaluate(*situation, threads=1)
        except WorkflowError:
            return
    assert in_order(asked)


@pytest.mark.parametrize(
    "policy",
    [
        {"replay": {"max_requests": 1000}, "traffic_factor": "2"},
        {"latency": {"target_ms": 900.0, "value_per_slow_request": "0.01"}, "hybrid": {"outage_hours_per_month": "20"}},
    ],
)
def test_nor_in_samples_and_large_markets(policy: dict[str, Any]) -> None:
    with noted() as asked:
        for history in (week_log(4000), year_series(30_000)):
            evaluate(history, hundred_offers(), policy_of(policy), threads=1)
    assert len(in_order(asked)) > 40
