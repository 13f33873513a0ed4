"""A latency that nobody knows is not taken to be a good one where slow requests cost money."""

from dataclasses import replace
from decimal import Decimal

import pytest

from service.workflow.compute.bounds import bounds_of
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.compute.market import Market
from service.workflow.compute.redecide import case_of
from service.workflow.compute.search.candidates import candidates
from service.workflow.offers import Offer, Speed
from service.workflow.policy import LatencyPolicy, Policy
from service.workflow.traffic import MINUTE, RequestLog
from tests.histories import MONDAY, ints
from tests.markets import PROVISIONAL, budget, chosen, computed, options_of, ptu_offer, request_offer

LOG = RequestLog(MONDAY + MINUTE * ints([*range(30)]), ints([900] * 30), ints([0] * 30), ints([100] * 30))
SILENT = request_offer("silent", "0.01")
SPOKEN = replace(request_offer("spoken", "0.02"), speed=Speed(900.0, ((1, 100.0),)))
"""Twice as dear, with a first token after a second."""
UNITS = ptu_offer("units", capacity=budget("1000", requests="1"))
SLOW = LatencyPolicy(target_ms=500.0, value_per_slow_request=Decimal("0.001"))
PRICED = replace(PROVISIONAL, latency=SLOW)


def test_an_option_of_unknown_latency_does_not_win_for_having_no_slow_requests() -> None:
    options = options_of(LOG, [SILENT, SPOKEN, UNITS], PRICED)
    assert [violation.code for violation in options["serverless:silent"].violations] == ["latency_unknown"]
    assert [violation.code for violation in options["dedicated:units@0x1"].violations] == ["latency_unknown"]
    assert "latency.value_per_slow_request" in options["serverless:silent"].violations[0].sentence
    assert options["serverless:spoken"].latency_value == options["serverless:spoken"].monthly_cost / 20
    best = chosen(LOG, [SILENT, SPOKEN, UNITS], PRICED)
    assert best is not None
    assert best.key == "serverless:spoken"


def test_a_hybrid_knows_its_latency_if_both_sides_do() -> None:
    small = replace(UNITS, capacity=budget("0.1", 3600, requests="1"), units=replace(UNITS.units, maximum=1))
    timed = replace(small, speed=Speed(9000.0, ((1, 100.0),)))
    (of_silent,) = (o for o in options_of(LOG, [timed, SILENT], PRICED).values() if o.mode == "hybrid")
    assert "latency_unknown" in [violation.code for violation in of_silent.violations]
    (of_silent,) = (o for o in options_of(LOG, [small, SPOKEN], PRICED).values() if o.mode == "hybrid")
    assert "latency_unknown" in [violation.code for violation in of_silent.violations]
    (spoken,) = (o for o in options_of(LOG, [timed, SPOKEN], PRICED).values() if o.mode == "hybrid")
    assert spoken.eligible
    assert spoken.latency_value > 0


def test_an_overflow_is_not_known_to_be_fast_for_not_having_come_yet() -> None:
    enough = replace(UNITS, speed=Speed(9000.0, ((1, 100.0),)))
    (idle,) = (o for o in options_of(LOG, [enough, SILENT], PRICED).values() if o.mode == "hybrid")
    assert idle.figures is not None
    assert idle.figures.overflow_share == 0
    assert [violation.code for violation in idle.violations] == ["latency_unknown"]
    (spoken,) = (o for o in options_of(LOG, [enough, SPOKEN], PRICED).values() if o.mode == "hybrid")
    assert spoken.eligible


@pytest.mark.parametrize("speed", [None, Speed(9000.0, ((1, 100.0),))])
def test_what_no_replay_could_make_eligible_is_replayed_only_to_explore(speed: Speed | None) -> None:
    offers: list[Offer] = [replace(UNITS, speed=speed), SILENT]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.workflow.compute.compute.EXPLORE_REQUESTS", 0)
        _, found = computed(LOG, offers, PRICED)
    assert not any(isinstance(probe, SpillProbe) for probe in found.search.replays)
    (hybrid,) = (option for option in found.options if option.mode == "hybrid")
    assert hybrid.ruled_out
    assert [violation.code for violation in hybrid.violations] == ["latency_unknown"]


@pytest.mark.parametrize(
    "latency",
    [
        LatencyPolicy(),
        LatencyPolicy(target_ms=500.0),
        replace(SLOW, value_per_slow_request=Decimal(0)),
        replace(SLOW, weight=Decimal(0)),
        replace(SLOW, target_ms=None),
    ],
)
def test_it_may_stay_unknown_where_it_costs_nothing(latency: LatencyPolicy) -> None:
    assert options_of(LOG, [SILENT], replace(PROVISIONAL, latency=latency))["serverless:silent"].eligible


def test_a_strict_target_says_what_to_set() -> None:
    option = options_of(LOG, [SILENT], replace(PROVISIONAL, latency=replace(SLOW, strict=True)))["serverless:silent"]
    assert [violation.code for violation in option.violations] == ["latency_unknown"]
    assert "latency.strict" in option.violations[0].sentence


@pytest.mark.parametrize(("policy", "found"), [(PROVISIONAL, True), (PRICED, False)])
def test_deciding_again_looks_at_no_units_of_unknown_latency_where_it_counts(policy: Policy, found: bool) -> None:
    market = Market.of([SILENT, SPOKEN, UNITS])
    case = case_of(LOG, policy, [SILENT, SPOKEN, UNITS])
    bounds = bounds_of(case, market.takers)
    assert bool(candidates(case, market.dedicated, market.takers, bounds, every=False)) == found
    assert candidates(case, market.dedicated, market.takers, bounds, every=True), "their options say what they lack"
