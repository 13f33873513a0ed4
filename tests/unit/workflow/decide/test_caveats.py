"""What must be read first: targets that are missed, terms, and how soon to look again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from service.workflow.evaluate import Evaluation, evaluate
from service.workflow.offers import ColdStart, ConcurrencyCapacity, Offer, Speed, Units, WarmPool
from service.workflow.policy import LatencyPolicy, Policy
from service.workflow.traffic import SECOND, RequestLog
from tests.histories import MONDAY, ints, series_of
from tests.markets import ANYWAY, budget, gpu_offer, ptu_offer, rate, request_offer, token_offer
from tests.unit.workflow.decide.deciding import DAYS, QUICK, codes, evaluated, market, reason

WEEK_SECONDS = 7 * 86_400

FAST = Speed(50_000.0, ((1, 100.0),))


def week_of(count: int) -> RequestLog:
    """Return so many requests of 500 and 200 tokens over a week, at random."""
    seconds = np.sort(np.random.default_rng(1).uniform(0, WEEK_SECONDS, count))
    ones = ints([1] * count)
    times = MONDAY + (seconds * SECOND).astype(np.int64)
    end = MONDAY + WEEK_SECONDS * SECOND
    return RequestLog(times, 500 * ones, 0 * ones, 200 * ones, start_us=MONDAY, end_us=end)


def wished(target_ms: float, **more: object) -> Policy:
    """Return a policy with a target that rules nothing out and has no price."""
    return replace(Policy(), latency=LatencyPolicy(target_ms=target_ms, **more))  # type: ignore[arg-type]


def answered(offers: list[Offer], policy: Policy, count: int = 500) -> Evaluation:
    return evaluate(week_of(count), offers, policy, threads=1)


COLD = token_offer(cold_start=ColdStart(60, 20), warm_pool=WarmPool(Decimal("0.50"), 16), speed=FAST)


def test_a_target_that_cold_starts_miss_is_told_first_with_what_meeting_it_costs() -> None:
    found = answered([COLD], wished(2000.0))
    assert found.recommendation.option is not None
    assert found.recommendation.option.key == "serverless:tok"
    assert codes(found)[:2] == ["target_missed", "cold_starts"]
    entry = reason(found, "target_missed")
    assert dict(entry.numbers)["option"] == "serverless:tok+warm1"
    assert "serverless:tok+warm1 meets it for 365.00 a month more." in entry.sentence
    assert "5% may" in entry.sentence
    assert found.recommendation.confidence == "medium"
    assert "since it misses the target that is set" in found.recommendation.confidence_because


def test_a_target_that_nothing_meets_is_told_to_be_one() -> None:
    entry = reason(answered([token_offer(speed=FAST)], wished(1.0)), "target_missed")
    assert "Nothing that is on offer, and of which latency is known, meets it." in entry.sentence


def test_a_target_that_is_met_or_priced_is_not_told_to_be_missed() -> None:
    assert "target_missed" not in codes(answered([token_offer(speed=FAST)], wished(2000.0)))
    priced = wished(2000.0, value_per_slow_request=Decimal("0.0001"))
    assert "target_missed" not in codes(answered([COLD], priced))


SLOTS = ConcurrencyCapacity(16, Speed(3000.0, ((1, 60.0), (16, 12.0))))
"""Sixteen streams write at 12 tokens a second each: 200 tokens take 17 s."""


def test_a_hybrid_that_misses_a_target_is_set_beside_the_threshold_that_meets_it() -> None:
    offers: list[Offer] = [token_offer(into="6", out="24", speed=FAST), gpu_offer("gpu", rate("1.00"), capacity=SLOTS)]
    policy = replace(wished(9000.0, metric="end_to_end"), modes=("serverless", "hybrid"))
    found = answered(offers, policy, 400_000)
    chosen = found.recommendation.option
    assert chosen is not None
    assert chosen.mode == "hybrid"
    assert "~" not in chosen.key
    entry = reason(found, "target_missed")
    tuned = next(option for option in found.options if option.key == dict(entry.numbers)["option"])
    assert tuned.reservation == chosen.reservation
    assert tuned.threshold is not None
    assert chosen.threshold is not None
    assert tuned.threshold < chosen.threshold
    assert tuned.figures is not None
    assert tuned.figures.slow_share is not None
    assert tuned.figures.slow_share <= 0.05


def test_what_is_in_use_and_stays_is_told_to_be_the_best() -> None:
    found = evaluated(market(), replace(QUICK, incumbent="hybrid:ptu@0x1+req"))
    entry = reason(found, "against_today")
    assert entry.sentence == "hybrid:ptu@0x1+req is in use today: no change saves anything."


def test_a_runner_up_whose_bill_is_lower_is_told_to_be_weighed() -> None:
    """A year at 0.901 of the rate: its months may not all be needed."""
    units: list[Offer] = [ptu_offer("ptu", rate("1"), rate("0.901", 12), capacity=budget("60", requests="1"))]
    policy = replace(Policy(), modes=("dedicated",))
    found = evaluated(units, policy)
    entry = reason(found, "runner_up")
    assert found.recommendation.option is not None
    assert found.recommendation.option.key.startswith("dedicated:ptu@0x")
    assert entry.sentence.endswith("a month more, a term weighed by the months it may be needed.")


def test_of_equals_the_recommended_is_called_the_cheapest() -> None:
    """Units that are bought cost every option that uses them the same, whatever the name of its rate."""
    offers = market(committed="0.02", unit="0.10")
    found = evaluated(offers, replace(QUICK, incumbent="dedicated:ptu@12x7", modes=("dedicated",)))
    assert found.recommendation.option is not None
    assert found.recommendation.option.key == "dedicated:ptu@12x7"
    assert found.recommendation.probability_cheapest is not None
    assert found.recommendation.probability_cheapest > 0.9


def test_traffic_that_is_too_short_is_looked_at_again_once_it_may_be_enough() -> None:
    three = series_of(DAYS[:72], bucket=3600)
    anyway = replace(QUICK, sufficiency=ANYWAY)
    binding: list[Offer] = [ptu_offer("ptu", rate("0.02", 12), capacity=budget("1", requests="1"))]
    found = evaluated(binding, anyway, three).recommendation
    assert found.review_by == date(2026, 10, 12)
    assert "Look again 4 days after the traffic ends" in found.review_because
    assert evaluated(binding, QUICK, three).recommendation.review_by == date(2026, 10, 12)


def test_a_term_bought_on_hours_of_traffic_says_so() -> None:
    binding: list[Offer] = [
        request_offer("req", "1"),
        ptu_offer("ptu", rate("0.02", 12), capacity=budget("1", requests="1")),
    ]
    short = evaluated(binding, replace(QUICK, sufficiency=ANYWAY), series_of(DAYS[8:20], bucket=3600))
    assert reason(short, "commitment_binds").sentence.endswith("the traffic was seen for less than a day.")


def test_units_without_a_fallback_say_who_is_not_served_while_they_are_down() -> None:
    """40 of 730 hours: 1,200 of 21,900 requests, at 0.03 each on what could serve them."""
    down = replace(QUICK, hybrid=replace(QUICK.hybrid, outage_hours_per_month=Decimal(40)))
    found = evaluated(
        [request_offer("req", "0.03"), ptu_offer("ptu", rate("0.10"), capacity=budget("90", requests="1"))], down
    )
    assert found.recommendation.mode == "dedicated"
    entry = reason(found, "no_fallback")
    assert codes(found)[0] == "no_fallback"
    assert entry.sentence.startswith(
        "Nobody is served in the 40 hours a month in which its units are down: 1,200 requests are lost, counted as "
        "36.00 a month, what req would charge for them. hybrid:ptu@0x1+req serves them on req for the same money"
    )
    assert "no_fallback" not in codes(evaluated(market(), down))


def test_what_serves_everybody_says_what_the_others_lose_in_outages() -> None:
    """Two units without an overflow lose a tenth of the requests; one with it spills two in twelve and serves all."""
    down = replace(
        QUICK, modes=("dedicated", "hybrid"), hybrid=replace(QUICK.hybrid, outage_hours_per_month=Decimal(73))
    )
    pulses = series_of([*[1] * 9, 3] * 144 * 7)
    found = evaluated(
        [request_offer(), ptu_offer("ptu", rate("0.10"), capacity=budget("1", requests="1"))], down, pulses
    )
    assert found.recommendation.mode == "hybrid"
    entry = reason(found, "cheaper_than")
    (alone,) = (option for option in found.options if option.mode == "dedicated")
    assert entry.sentence.endswith(f"which loses requests in outages, which count {alone.outage_value:,.2f} a month.")


def test_an_unknown_latency_under_a_target_is_said_first_and_never_high() -> None:
    """Certainly the cheapest, and certainly nobody knows how fast; the same without a target is high."""
    silent: list[Offer] = [token_offer()]
    found = answered(silent, wished(2000.0))
    assert codes(found)[0] == "latency_unknown"
    assert found.recommendation.confidence == "medium"
    assert found.recommendation.probability_cheapest == 1
    assert "its latency is unknown and a target is set" in found.recommendation.confidence_because
    assert answered(silent, Policy()).recommendation.confidence == "high"


def test_an_overflow_that_states_no_speed_leaves_a_hybrid_of_unknown_latency() -> None:
    offers: list[Offer] = [token_offer(into="6", out="24"), gpu_offer("gpu", rate("1.00"), capacity=SLOTS)]
    found = answered(offers, replace(wished(60_000.0, metric="end_to_end"), modes=("hybrid",)), 400_000)
    assert codes(found)[0] == "latency_unknown"
    assert "Give tok a `speed`" in reason(found, "latency_unknown").sentence
    assert found.recommendation.confidence != "high"


def test_a_crossover_speaks_of_the_units_one_can_buy() -> None:
    """A unit pays from 10 requests an hour, and fifteen of them, the fewest on offer, from 150: five times the mean."""
    units = ptu_offer("ptu", rate("0.10"), capacity=budget("1", requests="1"), units=Units(15, 5))
    found = evaluated([request_offer("req", "0.01"), units])
    assert found.recommendation.mode == "serverless"
    assert reason(found, "crossover").sentence == (
        "15 units of ptu@0, the fewest on offer, pay from 150.0 requests an hour against req; the workload's mean is "
        "0.20 times that, its floor 0.00 times."
    )


def test_the_idle_line_holds_what_utilization_leaves() -> None:
    found = evaluated(market(), replace(QUICK, modes=("dedicated",)))
    chosen = found.recommendation.option
    assert chosen is not None
    assert chosen.figures is not None
    assert chosen.figures.utilization is not None
    idle = next(line for line in chosen.lines if line.code == "idle")
    assert float(idle.amount / chosen.monthly_cost) == pytest.approx(1 - chosen.figures.utilization, abs=1e-3)
    told = dict(reason(found, "utilization_when_dedicated").numbers)
    assert told == {"option": chosen.key, "utilization": chosen.figures.utilization}
