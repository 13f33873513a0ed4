"""Flip points by hand, where a limit of an option that is not replayed could hide one."""

from dataclasses import replace
from decimal import Decimal

from service.workflow.compare.flip_points import money_flips
from service.workflow.offers import Price
from tests.histories import log_of
from tests.markets import PROVISIONAL, budget, computed, ptu_offer, rate, token_offer

BURST_AND_ONE = [(0, 0, 1)] * 7 + [(0, 0, 8), (208, 208, 28)]
"""Tokens of eight requests at once, and of one later on."""


def test_a_hybrid_that_is_not_replayed_hides_no_flip_to_another_option() -> None:
    log = log_of([0] * 8 + [20], BURST_AND_ONE, start=0, end=600)
    tokens = token_offer(prices=(Price("requests", Decimal("0.026"), 1), Price("output_tokens", Decimal("0.01"), 1000)))
    units = ptu_offer("gpu", rate("1.0016"), capacity=budget("252", 10, input_tokens="1", output_tokens="6"))
    policy = replace(PROVISIONAL, margin=Decimal(0), simplicity_margin=Decimal(0))
    case, found = computed(log, [tokens, units], policy)
    points = {(point.name, point.direction): point for point in money_flips(case, found, [tokens, units])}
    below = points["gpu@0", "below"]
    # One unit and two requests of 36 tokens spilled each ten minutes, against four units, which take all.
    spilled = 4380 * (2 * Decimal("0.026") + 36 * Decimal("0.00001"))
    assert below.to == "dedicated:gpu@0x4"
    assert below.exact
    assert abs(below.value - spilled / 3 / 730) < Decimal("1E-20")
