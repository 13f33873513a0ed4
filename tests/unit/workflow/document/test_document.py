"""The document: what its fields are called, that bills add up in it, and that what is unknown is not there."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from service.kit import canonical_json
from service.workflow.document import document
from service.workflow.evaluate import Evaluation
from service.workflow.offers import Autoscale, ColdStart, Limits, Offer, Speed, WarmPool
from service.workflow.policy import IsolationNeeds, IsolationPolicy, LatencyPolicy
from service.workflow.traffic import SECOND, BucketSeries
from tests.histories import MONDAY, ints, series_of
from tests.markets import PROVISIONAL, budget, gpu_offer, ptu_offer, rate, request_offer, token_offer
from tests.unit.workflow.decide.deciding import DAYS, QUICK, evaluated, market, week

GUIDE = Path(__file__).parents[4] / "docs" / "evaluations.md"

EVERYTHING: list[Offer] = [
    *market(unit="0.03", committed="0.02"),
    request_offer("pool", "0.004", cold_start=ColdStart(300, 5), warm_pool=WarmPool(Decimal("0.05"))),
    request_offer("tight", "0.001", limits=Limits(1)),
    gpu_offer("gpu", rate("0.31"), rate("0.2", 12, upfront="100"), autoscale=Autoscale(0, 60.0)),
]
"""Every family, with terms, an upfront and an offer that throttles."""

PRICED = replace(
    QUICK,
    latency=LatencyPolicy("end_to_end", 95, 20.0, value_per_slow_request=Decimal("0.0003")),
    isolation=IsolationPolicy(preferred=IsolationNeeds(version_pinning=True), value_per_month=Decimal(5)),
)
"""Slow requests and a promise that no offer makes are worth money."""


SPOKEN: list[Offer] = [replace(offer, speed=Speed(1e6, ((1, 1e6),))) for offer in EVERYTHING]
"""The same, with a speed each: the latency of every one is known."""


def shown(evaluation: Evaluation) -> Any:  # noqa: ANN401 - any JSON value
    """Return the document of an evaluation as a reader of its bytes sees it."""
    return json.loads(canonical_json.dumps(document(evaluation)))


def amount(money: dict[str, str]) -> Decimal:
    assert money["currency"] == "USD"
    return Decimal(money["amount"])


def test_lines_add_up_to_the_monthly_cost_and_values_to_the_adjusted_one() -> None:
    families, slow = set(), set()
    for option in shown(evaluated(SPOKEN, PRICED))["options"]:
        families.add((option["mode"], option["term_months"]))
        lines = option["lines"]
        amounts = []
        for line in lines:
            quantity, price, per = (Decimal(line[name]) for name in ("quantity", "unit_price", "per"))
            amounts.append(Decimal(line["amount"]))
            assert abs(quantity * price / per - amounts[-1]) <= Decimal("1E-12")
        assert sum(amounts) == amount(option["monthly_cost"])
        values = amount(option["latency_value"]) + amount(option["isolation_value"])
        slow.add(amount(option["latency_value"]) > 0)
        assert amount(option["adjusted_monthly_cost"]) == amount(option["monthly_cost"]) + values
    assert slow == {True, False}
    assert families == {
        ("serverless", None),
        ("autoscaled", 0),
        *((m, t) for m in ("dedicated", "hybrid") for t in (0, 12)),
    }


def test_what_was_ruled_out_carries_its_limit_and_no_figure() -> None:
    with patch("service.workflow.compute.compute.EXPLORE_REQUESTS", 0):
        evaluation = evaluated(EVERYTHING, QUICK)
    options = shown(evaluation)["options"]
    ruled_out = [option for option in options if option["ruled_out"]]
    assert ruled_out
    for option in ruled_out:
        assert set(option) == {
            *("key", "mode", "units", "term_months", "dedicated", "serverless", "eligible", "violations", "ruled_out"),
            *("monthly_cost", "adjusted_monthly_cost", "expected_monthly_cost"),
        }
        assert (option["units"], option["serverless"]) == (None, None)
        assert option["dedicated"] in option["key"]
    for option in options:
        assert option in ruled_out or {"lines", "interval", "utilization", "latency_ms"} <= set(option)


def test_the_fields_that_the_guide_names_are_there() -> None:
    text = shown(evaluated(EVERYTHING, QUICK))
    guide = GUIDE.read_text()
    for part in ("comparison", "recommendation"):
        row = re.search(rf"^\| `{part}` \| (.*) \|$", guide, re.MULTILINE)
        assert row is not None
        assert sorted(re.findall(r"`(\w+)`", row[1])) == sorted(text[part])
    ours = {"key", "lines", "monthly_cost", "adjusted_monthly_cost", "latency_value", "isolation_value"}
    for name in ours | {"violations", "eligible", "ruled_out"}:
        assert f"`{name}`" in guide.replace("`ruled_out: true`", "`ruled_out`")
        assert all(name in option for option in text["options"])
    assert set(text) == {"measurement", "options", "comparison", "findings", "recommendation"}


def test_figures_are_the_options_own() -> None:
    evaluation = evaluated(SPOKEN, PRICED)
    listed = {option["key"]: option for option in shown(evaluation)["options"]}
    assert list(listed) == [option.key for option in evaluation.options]
    best = evaluation.recommendation.option
    assert best is not None
    assert best.figures is not None
    assert best.reservation is not None
    own = listed[best.key]
    assert (own["units"], own["term_months"], own["dedicated"]) == (best.reservation.units, 12, "ptu")
    for name in ("utilization", "coverage", "overflow_share", "throttled_share", "cold_starts_per_month"):
        exact = getattr(best.figures, name)
        assert abs(own[name] - exact) <= 1e-8 * abs(exact)
    interval = evaluation.comparison.uncertainty.of(best.key)
    assert interval is not None
    assert interval.probability_cheapest is not None
    assert abs(own["interval"]["probability_cheapest"] - interval.probability_cheapest) <= 1e-8
    assert abs(float(amount(own["interval"]["low"])) - interval.low) <= 0.005
    assert amount(own["commitment"]["monthly"]) == best.reservation.monthly


def test_the_recommendation_names_an_option_with_its_cost_or_none() -> None:
    text = shown(evaluated(SPOKEN, PRICED))
    recommendation = text["recommendation"]
    (own,) = (option for option in text["options"] if option["key"] == recommendation["option"])
    assert recommendation["monthly_cost"] == own["monthly_cost"] != own["adjusted_monthly_cost"]
    nothing = shown(evaluated(market(), history=series_of(DAYS[:48], bucket=3600)))["recommendation"]
    assert (nothing["mode"], nothing["option"], nothing["monthly_cost"]) == ("insufficient_data", None, None)
    assert nothing["would_change"] == []


def test_what_has_no_value_is_null_in_it() -> None:
    """A free unit, a day without a second one, no second week, no hybrid: no infinity and no invented zero."""
    offers: list[Offer] = [request_offer(), gpu_offer("gpu", rate("0"))]
    policy = replace(PROVISIONAL, modes=("serverless", "dedicated"))
    text = shown(evaluated(offers, policy, series_of([0] * 20 + [3] * 4, bucket=3600)))
    comparison = text["comparison"]
    assert comparison["crossovers"][0]["workload"] == {"mean": None, "floor": None, "peak": None}
    assert (comparison["walk_forward"], comparison["marginal_units"]) == (None, None)
    assert all(option["commitment"] is None for option in text["options"])


def test_a_walk_forward_says_what_the_choice_missed() -> None:
    quiet, busy = [10] * 168, [0] * 160 + [400] * 8
    policy = replace(QUICK, modes=("dedicated",))
    offers: list[Offer] = [ptu_offer(capacity=budget("3", requests="1"))]
    text = shown(evaluated(offers, policy, series_of(quiet + busy, bucket=3600)))
    walked = text["comparison"]["walk_forward"]
    assert [v["code"] for v in walked["violations"]] == ["throttled"]
    assert walked["regret"] < 0
    assert amount(walked["paid"]) < amount(walked["best"])


def test_what_is_too_large_for_json_is_rounded_not_refused() -> None:
    most = ints([10**15] * 20)
    history = BucketSeries(3600, MONDAY + 3600 * SECOND * np.arange(20), most, most, most * 0, most)
    text = shown(evaluated([token_offer("dear", "9e11", "9e11")], PROVISIONAL, history))
    assert text["measurement"]["totals"] == {
        "requests": 2e16,
        "input_tokens": 2e16,
        "cached_input_tokens": 0,
        "output_tokens": 2e16,
    }
    (option,) = text["options"]
    assert amount(option["monthly_cost"]) == Decimal(2 * 20 * 10**15 * 730 * 9 * 10**11 // 20 // 10**6)


def test_measurement_says_what_was_replayed() -> None:
    text = shown(evaluated(market(), history=week()))["measurement"]
    assert (text["arrivals"], text["replayed_requests"], text["replayed_hours"]) == ("synthesized", 5040, 168)
    tokens = shown(evaluated([token_offer()], PROVISIONAL, series_of(DAYS, bucket=3600, counted=False)))["measurement"]
    assert (tokens["arrivals"], tokens["requests_per_minute"]) == ("buckets", None)
