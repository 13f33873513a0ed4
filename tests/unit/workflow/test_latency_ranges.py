"""The error of the model's latencies, as a range, of every kind of option."""

from dataclasses import replace
from decimal import Decimal

import pytest

from service.workflow.document.options import option as answered
from service.workflow.latency_ranges import ranges_of
from service.workflow.offers import Autoscale, Dedicated, Offer, Serverless, Speed
from service.workflow.options import Option
from tests.histories import log_of
from tests.markets import PROVISIONAL, budget, gpu_offer, options_of, ptu_offer, rate, request_offer

LOG = log_of([2.0 * place for place in range(60)], [(200, 0, 300)] * 60, start=0, end=120)
SPEED = Speed(2000.0, ((1, 100.0),))
TOKENS = request_offer("req", "0.05", speed=SPEED)
GPU = gpu_offer("gpu", rate("4.00"), autoscale=Autoscale(1, 60.0))
BUDGET = ptu_offer("ptu", rate("4.00"), capacity=budget("20", requests="1"), speed=SPEED)


def found(unit: Dedicated, tokens: Serverless = TOKENS) -> dict[str, Option]:
    offers: list[Offer] = [tokens, unit]
    return {option.mode: option for option in options_of(LOG, offers).values()}


@pytest.mark.parametrize("mode", ["dedicated", "autoscaled", "hybrid"])
def test_units_with_speeds_by_streams_have_a_range_on_every_percentile(mode: str) -> None:
    option = found(GPU)[mode]
    assert option.figures is not None
    assert option.figures.first_token is not None
    assert option.figures.end_to_end is not None
    first, whole = ranges_of(option)
    assert first is not None
    assert whole is not None
    assert (first.p95.low, first.p95.high) == pytest.approx(
        (0.73 * option.figures.first_token.p95, 1.09 * option.figures.first_token.p95)
    )
    assert (whole.p99.low, whole.p99.high) == pytest.approx(
        (option.figures.end_to_end.p99, 1.30 * option.figures.end_to_end.p99)
    )
    body = answered(option, PROVISIONAL, "USD", None)
    assert not isinstance(body.latency_range_ms, str)
    assert getattr(body.latency_range_ms, "first_token", None) == first


@pytest.mark.parametrize("mode", ["serverless", "dedicated", "hybrid"])
def test_of_stated_speeds_alone_no_range_is_claimed(mode: str) -> None:
    option = found(BUDGET)[mode]
    assert option.figures is not None
    assert option.figures.first_token is not None
    assert ranges_of(option) == (None, None)


def test_of_an_unknown_latency_there_is_no_range_either() -> None:
    assert ranges_of(found(GPU, replace(TOKENS, speed=None, prices=TOKENS.prices))["serverless"]) == (None, None)
    small = replace(GPU, units=replace(GPU.units, maximum=1), rates=(replace(GPU.rates[0], hourly=Decimal("0.01")),))
    spilling = found(small, replace(TOKENS, speed=None)).get("hybrid")
    assert spilling is not None
    assert spilling.figures is not None
    assert (ranges_of(spilling)[0] is None) == (spilling.figures.first_token is None)
