"""Parts of input and output are billed at their own prices, exactly, and what has no price is said."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.bill import Usage, serverless_lines, total
from service.workflow.measure.window import clip
from service.workflow.metered_prices import Meter, Price
from service.workflow.offers import Offer, Serverless
from service.workflow.quantities import blended, counts_of, unpriced
from service.workflow.traffic import HOUR, RequestLog
from tests.effort import examples
from tests.histories import MONDAY
from tests.markets import gpu_offer

PRICES: tuple[tuple[Meter, str], ...] = (
    ("input_tokens", "3"),
    ("cached_input_tokens", "0.30"),
    ("output_tokens", "15"),
    ("cache_write_input_tokens", "3.75"),
    ("cache_write_1h_input_tokens", "6"),
)


def offer(*without: Meter) -> Serverless:
    """Return an offer with these prices per million tokens."""
    prices = tuple(Price(meter, Decimal(amount), 1_000_000) for meter, amount in PRICES if meter not in without)
    return Serverless("claude", "m", "global", prices)


def bill(sold: Serverless, counts: dict[str, int], usage: Usage) -> Decimal:
    """Return the bill of a month's usage with these shares."""
    (priced,) = blended([sold], counts)
    assert isinstance(priced, Serverless)
    return total(serverless_lines(priced, usage))


def test_writing_a_cache_costs_its_own_price() -> None:
    counts = {"input": 12_307, "cached": 0, "output": 550, "cache_write_input_tokens": 12_304}
    usage = Usage(730, 730 * 12_307, 0, 730 * 550)
    assert bill(offer(), counts, usage) == Decimal("39.71127")
    hour = {"input": 12_307, "cached": 0, "output": 550, "cache_write_1h_input_tokens": 12_304}
    assert bill(offer(), hour, usage) == Decimal("59.92059")
    assert bill(offer("cache_write_1h_input_tokens"), hour, usage) == Decimal("39.71127")


@given(
    fresh=st.integers(0, 10**6), short=st.integers(0, 10**6), long=st.integers(0, 10**6), read=st.integers(0, 10**6),
    months=st.integers(1, 10**4),
)  # fmt: skip
@settings(max_examples=examples(60))
def test_a_bill_is_the_sum_of_each_part_at_its_price(fresh: int, short: int, long: int, read: int, months: int) -> None:
    counts = {
        "input": fresh + short + long + read, "cached": read, "output": 0,
        "cache_write_input_tokens": short, "cache_write_1h_input_tokens": long,
    }  # fmt: skip
    usage = Usage(months, months * (fresh + short + long), months * read, 0)
    exact = Fraction(months * (300 * fresh + 375 * short + 600 * long + 30 * read), 100 * 1_000_000)
    assert Fraction(bill(offer(), counts, usage)) == exact


def test_the_blended_price_is_that_of_the_lines() -> None:
    counts = {"input": 1000, "cached": 0, "output": 1, "cache_write_input_tokens": 250}
    (priced,) = blended([offer()], counts)
    assert isinstance(priced, Serverless)
    assert priced.prices[0].amount == Decimal("3.1875")
    assert [price.meter for price in priced.prices] == ["input_tokens", "cached_input_tokens", "output_tokens"]


def test_parts_without_a_price_and_prices_without_counts_are_said() -> None:
    counts = {"input": 100, "cached": 0, "output": 1, "cache_write_input_tokens": 50, "reasoning_output_tokens": 1}
    told = list(unpriced([offer("cache_write_input_tokens")], counts))
    assert [(remark.code, remark.sku, remark.chosen_only) for remark in told] == [("part_not_priced", "claude", True)]
    assert [r.code for r in unpriced([offer()], {"input": 9, "cached": 5, "output": 0})] == ["cache_writes_unknown"]
    assert not list(unpriced([offer()], counts))


def test_a_window_holds_the_parts_of_its_rows() -> None:
    arrivals = MONDAY + HOUR * np.arange(4, dtype=np.int64)
    ones = np.ones(4, dtype=np.int64)
    parts = (("cache_write_input_tokens", np.array([1, 2, 4, 8], dtype=np.int64)),)
    log = RequestLog(arrivals, 20 * ones, 0 * ones, ones, parts=parts)
    assert counts_of(clip(log, MONDAY + HOUR, MONDAY + 2 * HOUR + 1))["cache_write_input_tokens"] == 6
    assert log.digest != RequestLog(arrivals, 20 * ones, 0 * ones, ones).digest


HEARD = {"input": 100, "cached": 0, "output": 1, "audio_input_tokens": 50}


@pytest.mark.parametrize(("sold", "code"), [(offer(), "part_not_priced"), (gpu_offer(), "other_tokens_as_text")])
def test_audio_lowers_the_confidence_where_the_offer_taken_says_nothing_of_it(sold: Offer, code: str) -> None:
    (found,) = unpriced([sold], HEARD)
    assert (found.code, found.can_move_the_answer, found.chosen_only) == (code, True, True)
    assert not list(unpriced([sold], HEARD | {"audio_input_tokens": 0}))


def test_audio_that_has_a_price_lowers_nothing() -> None:
    audio = Price("audio_input_tokens", Decimal(10), 1_000_000)
    assert not list(unpriced([replace(offer(), prices=(*offer().prices, audio))], HEARD))
