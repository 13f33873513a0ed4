"""Shares that are turned away where tokens are counted and requests are not."""

from dataclasses import asdict, replace
from decimal import Decimal

import pytest

from service.workflow.compute.findings import replay_findings
from service.workflow.offers import Limits, Units
from tests.histories import series_of
from tests.markets import PROVISIONAL, budget, computed, options_of, ptu_offer, rate, token_offer

SERIES = series_of([100] * 1440, counted=False)
"""A day of 800 uncached, 200 cached and 300 output tokens a minute."""


@pytest.mark.parametrize(
    ("limits", "through"),
    [
        (Limits(tokens_per_minute=650), 650 / 1300),
        (Limits(input_tokens_per_minute=600), 600 / 800),
        (Limits(all_input_tokens_per_minute=250), 250 / 1000),
        (Limits(output_tokens_per_minute=300), 1.0),
        (Limits(tokens_per_minute=1300, output_tokens_per_minute=100), 100 / 300),
    ],
)
def test_limits_turn_tokens_away_by_their_most_exceeded_one(limits: Limits, through: float) -> None:
    option = options_of(SERIES, [token_offer(limits=limits), token_offer("dear", into="9", out="9")])["serverless:tok"]
    assert option.figures is not None
    assert option.figures.throttled_share == pytest.approx(1 - through)
    assert option.eligible == (through == 1.0)
    if through < 1.0:
        told = f"{1 - through:.1%} of tokens are throttled. A mean minute has "
        (sentence,) = [each.sentence for each in option.violations if each.code == "throttled"]
        assert sentence.startswith(told)
        stated = {name: most for name, most in asdict(limits).items() if most is not None}
        assert any(f"where {name} is {most:,}" in sentence for name, most in stated.items())


def test_units_too_few_for_the_tokens_are_not_eligible() -> None:
    """800 uncached tokens a minute, doubled, on one unit of 1,500: 100 of 1,600 find no room."""
    unit = ptu_offer("ptu", rate("0.07"), capacity=budget("1500", input_tokens="1"), units=Units(1, 1, 1))
    policy = replace(PROVISIONAL, traffic_factor=Decimal(2))
    option = options_of(SERIES, [unit, token_offer()], policy)["dedicated:ptu@0x1"]
    assert option.figures is not None
    assert option.figures.throttled_share == pytest.approx(100 / 1600, abs=1e-3)
    assert not option.eligible


def test_what_spills_meets_the_limits_too() -> None:
    """One unit of 400 keeps half of the input; of the rest, 650 tokens a minute, 325 go through."""
    unit = ptu_offer("ptu", rate("0.001"), capacity=budget("400", input_tokens="1"), units=Units(1, 1, 1))
    limited = token_offer(limits=Limits(tokens_per_minute=325))
    option = options_of(SERIES, [unit, limited])["hybrid:ptu@0x1+tok"]
    assert option.figures is not None
    assert option.figures.throttled_share == pytest.approx(0.25, abs=1e-3)
    assert not option.eligible


def test_that_it_is_understated_is_told() -> None:
    limited = token_offer(limits=Limits(tokens_per_minute=9000))
    case, _ = computed(SERIES, [limited])
    assert [f.code for f in replay_findings(case, [limited])] == ["coarse_limits"]
    assert [f.code for f in replay_findings(case, [token_offer()])] == []
