"""Traffic that may wait: a declared share at the prices of a waiting offer, to the last digit; nothing silent."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from service.workflow.conditions import Condition, Conditional
from service.workflow.errors import WorkflowError
from service.workflow.evaluate import Evaluation, evaluate
from service.workflow.metered_prices import Meter, Price, Tier
from service.workflow.offers import Isolation, Limits, Offer, Serverless
from service.workflow.policy import Policy
from service.workflow.traffic import HOUR, RequestLog
from tests.markets import PROVISIONAL

HOURS = 73
"""A tenth of a month."""


def log() -> RequestLog:
    """Return 73 hours of a request every two minutes, of lengths that differ, some cached, some written to a cache."""
    count = HOURS * 30
    random = np.random.default_rng(3)
    cached = random.integers(0, 500, count)
    tokens = cached + random.integers(500, 3000, count)
    parts = (("cache_write_input_tokens", random.integers(0, 400, count)),)
    arrivals = np.arange(count, dtype=np.int64) * (HOUR // 30)
    output = random.integers(10, 400, count)
    return RequestLog(arrivals, tokens, cached, output, start_us=0, end_us=HOURS * HOUR, parts=parts)


def prices(**amounts: str) -> tuple[Price, ...]:
    named: dict[str, Meter] = {"i": "input_tokens", "c": "cached_input_tokens", "o": "output_tokens",
                               "w": "cache_write_input_tokens", "r": "requests"}  # fmt: skip
    return tuple(Price(named[name], Decimal(amount), 1000) for name, amount in amounts.items())


LIVE = Serverless("live", "m", "global", prices(i="0.003", c="0.0007", o="0.013", w="0.00371"))
BATCH = Serverless("batch", "m", "global", prices(i="0.0013", o="0.0061", r="0.11"), tier="batch")


def evaluated(*offers: Offer, share: str = "0", policy: Policy = PROVISIONAL) -> Evaluation:
    return evaluate(log(), offers, replace(policy, deferrable_share=Decimal(share)))


def costs(found: Evaluation) -> dict[str, Decimal]:
    return {option.key: option.monthly_cost for option in found.options}


def codes(found: Evaluation) -> set[str]:
    return {remark.code for remark in found.remarks}


def bill(offer: Serverless) -> Fraction:
    """Return the month's bill of all traffic, out of the columns themselves."""
    history = log()
    amounts = {price.meter: Fraction(price.amount) / price.per for price in offer.prices}
    written = int(dict(history.parts)["cache_write_input_tokens"].sum())
    cached, tokens = int(history.cached_input_tokens.sum()), int(history.input_tokens.sum())
    plain = amounts["input_tokens"]
    told = plain * (tokens - cached - written) + amounts.get("cache_write_input_tokens", plain) * written
    told += amounts.get("cached_input_tokens", plain) * cached
    told += amounts["output_tokens"] * int(history.output_tokens.sum())
    return 10 * (told + amounts.get("requests", Fraction(0)) * len(history.input_tokens))


@pytest.mark.parametrize("share", ["0.4", "0.125", "0.999", "0.3333"])
def test_the_bill_is_the_share_of_each(share: str) -> None:
    found = costs(evaluated(LIVE, BATCH, share=share))
    part = Fraction(share)
    expected = (1 - part) * bill(LIVE) + part * bill(BATCH)
    # Quantities of lines are whole, so a line is half a unit off at most.
    assert abs(Fraction(found["serverless:live~batch"]) - expected) < Fraction(1, 1000)
    assert abs(Fraction(found["serverless:live"]) - bill(LIVE)) < Fraction(1, 1_000_000)
    assert "serverless:batch" not in found


def test_without_a_share_what_waits_is_left_out_and_said() -> None:
    found = evaluated(LIVE, BATCH)
    assert set(costs(found)) == {"serverless:live"}
    assert "waiting_left_out" in codes(found)


def test_where_all_may_wait_a_waiting_offer_is_one_like_others() -> None:
    assert set(costs(evaluated(LIVE, BATCH, share="1"))) == {"serverless:live", "serverless:batch"}


def test_with_nothing_that_answers_at_once_the_refusal_names_what_to_set() -> None:
    with pytest.raises(WorkflowError) as caught:
        evaluated(BATCH, share="0.5")
    assert caught.value.field == "/policy/deferrable_share"
    assert set(costs(evaluated(BATCH, share="1"))) == {"serverless:batch"}


def test_the_cheapest_that_waits_serves_it_and_a_dearer_one_never() -> None:
    flex = replace(BATCH, sku="flex", tier="flex", prices=prices(i="0.0012", o="0.0060", r="0.1"))
    dear = replace(BATCH, sku="dear", prices=prices(i="1", o="1"))
    assert set(costs(evaluated(LIVE, BATCH, flex, share="0.5"))) == {"serverless:live", "serverless:live~flex"}
    assert set(costs(evaluated(LIVE, dear, share="0.5"))) == {"serverless:live"}


def test_limits_bind_only_what_does_not_wait_and_promises_are_of_both() -> None:
    # A request every two minutes is one in its busiest minute: of half of it, a limit of one lets two pass.
    live = replace(LIVE, limits=Limits(output_tokens_per_minute=210), isolation=Isolation(residency=("us",)))
    found = evaluated(live, BATCH, share="0.5")
    throttled = {option.key: option.figures.throttled_share for option in found.options if option.figures}
    assert throttled["serverless:live"] > 0
    assert throttled["serverless:live~batch"] == 0
    joint = next(option.serverless for option in found.options if option.key == "serverless:live~batch")
    assert joint is not None
    assert joint.isolation.residency == ()


@pytest.mark.parametrize(
    "batch",
    [
        replace(BATCH, monthly_minimum=Decimal(5)),
        replace(BATCH, prices=(replace(BATCH.prices[0], tiers=(Tier(10, Decimal(1)),)), *BATCH.prices[1:])),
    ],
)
def test_a_bill_of_which_a_share_is_no_share_is_not_computed_and_said(batch: Serverless) -> None:
    found = evaluated(LIVE, batch, share="0.5")
    assert set(costs(found)) == {"serverless:live"}
    assert "deferring_not_computed" in codes(found)


def test_prices_by_the_length_of_a_request_keep_their_shares() -> None:
    long = Conditional(Condition(input_above=2000), Decimal("0.009"))
    live = replace(LIVE, prices=(replace(LIVE.prices[0], conditional=(long,)), *LIVE.prices[1:3]))
    alone, joint = (costs(evaluated(live, BATCH, share="0.5"))[f"serverless:{name}"] for name in ("live", "live~batch"))
    assert abs(Fraction(joint) - (Fraction(alone) + bill(BATCH)) / 2) < Fraction(1, 1000)
