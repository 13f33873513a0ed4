"""What a request may compute: a minute in all, as expected before and as measured while it goes on."""

import time
from collections.abc import Callable, Iterator
from typing import cast

import pytest

from service.evaluations import engine
from service.evaluations.engine import LONGEST_SECONDS, Allowance, Materials, require_bounded
from service.kit.db.transaction import Actor
from service.kit.http.problems import Problem

TOO_LONG = "takes longer than the 60 seconds"

Progress = Callable[[str, float], None]


@pytest.fixture
def evaluate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], object]]:
    """Give the evaluating of one request; what is evaluated takes as many seconds as it is given."""
    now = [0.0]

    def takes(seconds: float, progress: Progress) -> dict[str, bool]:
        for _ in range(4):
            now[0] += seconds / 4
            progress("compute", 0.5)
        return {"answered": True}

    with monkeypatch.context() as patch:
        patch.setattr(engine, "answer_of", takes)
        patch.setattr(time, "monotonic", lambda: now[0])
        allowance = Allowance(Actor("org_1", "api_key", "key_1"))
        yield lambda seconds: allowance.answer_of(cast("Materials", seconds))


def test_what_is_expected_to_take_longer_is_not_begun() -> None:
    require_bounded(LONGEST_SECONDS)
    with pytest.raises(Problem, match="would take about 61 seconds"):
        require_bounded(LONGEST_SECONDS + 1)


def test_many_evaluations_of_one_request_end_where_together_they_took_too_long(
    evaluate: Callable[[float], object],
) -> None:
    assert [evaluate(29), evaluate(29)] == [{"answered": True}] * 2
    with pytest.raises(Problem, match=TOO_LONG):
        evaluate(29)


def test_one_that_takes_too_long_ends_in_its_middle(evaluate: Callable[[float], object]) -> None:
    with pytest.raises(Problem, match=TOO_LONG):
        evaluate(LONGEST_SECONDS * 2)
    with pytest.raises(Problem, match=TOO_LONG):
        evaluate(0)
