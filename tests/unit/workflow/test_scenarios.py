"""Fourteen situations that an expert would try first: the answer, how sure it is, and what it must say."""

import re
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pytest

from service.workflow.decide.recommend import Recommendation
from service.workflow.evaluate import Evaluation
from tests.scenario_markets import SCENARIOS

GUIDE = Path(__file__).resolve().parents[3] / "docs/scenarios.md"

ANSWERS = {
    "C1": ("serverless:tokens", "high"),
    "C2": ("serverless:tokens", "high"),
    "C3": ("serverless:tokens", "high"),
    "C4": ("serverless:tokens", "high"),
    "C5": ("serverless:tokens", "high"),
    "C6": ("serverless:tokens", "high"),
    "C7": ("serverless:tokens+warm1", "high"),
    "C8": ("dedicated:gpu@12x1", "medium"),
    "C9": ("serverless:tokens", "high"),
    "C10": ("serverless:tokens", "high"),
    "C11": ("serverless:free", "high"),
    "C12": ("serverless:slip", "low"),
    "C13": ("dedicated:gpu@1x3", "low"),
    "C14": ("dedicated:gpu@0x3", "low"),
}


@lru_cache(maxsize=len(SCENARIOS))
def evaluated(name: str) -> Evaluation:
    return SCENARIOS[name]().evaluated()


def recommended(name: str) -> Recommendation:
    return evaluated(name).recommendation


def said(name: str, code: str) -> str:
    """Return the sentence of the first reason of a code."""
    return next(reason.sentence for reason in recommended(name).reasons if reason.code == code)


def codes(name: str) -> set[str]:
    return {reason.code for reason in recommended(name).reasons}


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_answer_is_the_one_an_expert_would_sign(name: str) -> None:
    found = recommended(name)
    assert found.option is not None
    assert (found.option.key, found.confidence) == ANSWERS[name]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_guide_tells_each_with_the_figures_of_today(name: str) -> None:
    found = recommended(name)
    assert found.option is not None
    row = re.search(rf"^\| {name} \|.*$", GUIDE.read_text(), re.MULTILINE)
    assert row is not None
    assert f"`{found.option.key}` {found.option.monthly_cost:,.2f}, {found.confidence} |" in row[0]


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_answer_names_the_pattern_and_what_else_it_was_held_against(name: str) -> None:
    modes = {o.mode for o in evaluated(name).options if o.eligible} - {recommended(name).mode}
    compared = [reason.sentence for reason in recommended(name).reasons if reason.code == "cheaper_than"]
    assert "traffic_pattern" in codes(name)
    assert len(compared) == len(modes)
    assert name == "C12" or "implausible_price" not in codes(name)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_crossover_does_not_contradict_the_answer(name: str) -> None:
    found = next((reason for reason in recommended(name).reasons if reason.code == "crossover"), None)
    if found is not None and recommended(name).mode == "serverless" and float(dict(found.numbers)["mean"]) >= 1:
        assert "more than" in found.sentence or "It is not enough" in found.sentence


def test_cold_starts_that_people_feel_are_told() -> None:
    """C1, C2: of a few requests an hour nearly all find nothing running."""
    assert said("C1", "cold_starts").startswith("795 cold starts a month, of 15 s each, for 869 requests")
    assert said("C2", "cold_starts").startswith("30 cold starts a month, of 15 s each, for 30 requests")


def test_a_rate_of_three_years_that_may_not_be_bought_is_set_against_nothing() -> None:
    """C3: it would cost 46 a month less, and bind for three years."""
    assert all("gpu@36" not in reason.sentence for reason in recommended("C3").reasons)


def test_a_weekly_batch_is_known_after_two_weeks() -> None:
    """C4: what is expected is what was measured, not a rise because the batch was yesterday."""
    option = recommended("C4").option
    assert option is not None
    assert "latest week carries 1.00 times the measured level" in said("C4", "expected_traffic")


def test_growth_says_when_the_answer_changes() -> None:
    assert "in month 3, at 1.72 times the traffic" in said("C6", "growth")


def test_what_a_target_costs_is_told() -> None:
    """C7: without the warm instance it would be 876.00 less, and miss 1.5 s."""
    assert said("C7", "hard_need").startswith("serverless:tokens costs 876.00 a month less but is not eligible")


def test_a_forced_term_says_what_it_makes_payable() -> None:
    """C8: 12 × 2,847.00, on a week of traffic."""
    assert said("C8", "commitment_binds").startswith("It binds: 34,164.00 is payable")
    assert "longer than the traffic was seen" in recommended("C8").confidence_because


def test_what_changing_saves_is_told_against_today() -> None:
    """C9: three units for 12,702 today."""
    assert "against dedicated:gpu@0x3, in use today for 12,702.00" in said("C9", "against_today")


def test_a_free_tier_flips_at_the_price_beyond_it() -> None:
    """C11: not at 0.00."""
    flips = {point.name: point for point in evaluated("C11").comparison.flip_points if point.kind == "price"}
    beyond = flips["free.input_tokens"]
    assert (beyond.current, beyond.unit) == (Decimal("0.80"), "per 1000000 input_tokens above 20000000")
    assert beyond.value > beyond.current
    assert all(point.value for point in flips.values())


def test_a_price_a_million_times_off_is_doubted_first() -> None:
    assert recommended("C12").reasons[0].code == "implausible_price"


def test_a_term_is_never_longer_for_less_than_the_margin() -> None:
    """C13: 1, 12 and 36 months a cent apart: one month. C14: a need that falls by 30 % a month: on demand."""
    assert said("C13", "commitment_binds").endswith("the traffic was seen for 7 days.")
    assert "in 1 month," in said("C13", "commitment_binds")
    assert "commitment_binds" not in codes("C14")
