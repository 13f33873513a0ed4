"""Series with length classes are priced, and sized, as the log is that they sum up: to the last digit."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.workflow.conditions import Condition, Conditional, WeekHours
from service.workflow.evaluate import evaluate
from service.workflow.length_classes import by_length, column_name, thresholds
from service.workflow.measure.synthesis import spread_by_class
from service.workflow.metered_prices import Meter, Price
from service.workflow.offers import Axis, Dedicated, LongWeights, Serverless, ThroughputCapacity
from service.workflow.quantities import blended, class_sums_of, counts_of
from service.workflow.rates import Rate
from service.workflow.traffic import SECOND, BucketSeries, Int64s, RequestLog
from tests.effort import examples
from tests.histories import ints
from tests.markets import PROVISIONAL, computed, token_offer

MINUTE, HOURS, MILLION = 60 * SECOND, 73, 1_000_000
LENGTHS = (1000, 200_000)
NIGHT = WeekHours("Europe/Berlin", (0, 1, 2, 3, 4), 22 * 60, 6 * 60)

Request = tuple[int, int, int, int, int]
"""Second, input, of it cached, of it written to the cache, output."""

checked = settings(derandomize=True, max_examples=examples(60), deadline=None)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    whole = draw(st.one_of(st.integers(0, 3000), st.sampled_from((1000, 1001, 200_000, 200_001, 900_000))))
    cached = draw(st.one_of(st.just(0), st.integers(0, whole)))
    written = draw(st.one_of(st.just(0), st.integers(0, whole - cached)))
    return draw(st.integers(0, HOURS * 3600 - 1)), whole, cached, written, draw(st.integers(0, 5000))


many = st.lists(requests(), min_size=1, max_size=60).map(sorted)


def log_of(rows: list[Request]) -> RequestLog:
    times, whole, cached, written, output = (ints(column) for column in zip(*rows, strict=True))
    parts = (("cache_write_input_tokens", written),)
    end = HOURS * 3600 * SECOND
    return RequestLog(times * SECOND, whole, cached, output, start_us=0, end_us=end, parts=parts)


def series_of(rows: list[Request], lengths: tuple[int, ...] = LENGTHS) -> BucketSeries:
    """Return every minute of the rows, and of the longer ones alone, added up one row at a time."""
    sums = {above: np.zeros((HOURS * 60, 5), np.int64) for above in (-1, *lengths)}
    for second, whole, cached, written, output in rows:
        for above, table in sums.items():
            if whole > above:
                table[second // 60] += (1, whole, cached, output, written)
    names = ("requests", "input", "cached", "output", "cache_write_input_tokens")
    columns = sums[-1].T
    parts = [("cache_write_input_tokens", columns[4])]
    parts += [(column_name(above, n), c) for above in lengths for n, c in zip(names, sums[above].T, strict=True)]
    starts = np.arange(HOURS * 60, dtype=np.int64) * MINUTE
    return BucketSeries(60, starts, columns[0], columns[1], columns[2], columns[3], "idle", tuple(parts))


def priced(meter: Meter, plain: str, long: str, longest: str, night: str) -> Price:
    entries = (
        Conditional(Condition(1000), Decimal(long)),
        Conditional(Condition(200_000), Decimal(longest)),
        Conditional(Condition(1000, NIGHT), Decimal(night)),
    )
    return Price(meter, Decimal(plain), MILLION, conditional=entries)


TOKENS = Serverless(
    "tokens",
    "m",
    "us",
    (
        priced("input_tokens", "1.25", "2.5", "4.1", "0.7"),
        priced("cached_input_tokens", "0.125", "0.25", "0.5", "0.07"),
        priced("cache_write_input_tokens", "1.5", "3.01", "5", "0.9"),
        priced("output_tokens", "10", "15.3", "21", "4"),
        priced("requests", "300", "500", "700", "200"),
    ),
)


@checked
@given(rows=many)
def test_prices_by_length_are_those_of_the_log(rows: list[Request]) -> None:
    found = [blended([TOKENS], counts_of(each), class_sums_of(each)) for each in (log_of(rows), series_of(rows))]
    assert found[0] == found[1]


@settings(checked, max_examples=examples(8))
@given(rows=many, budget=st.integers(1, 3000), plain=st.integers(0, 3), long=st.integers(0, 9))
def test_units_that_weigh_long_requests_are_sized_as_on_the_log(
    rows: list[Request], budget: int, plain: int, long: int
) -> None:
    axis = Axis(
        Decimal(budget * 100),
        (("input_tokens", Decimal(1)), ("cached_input_tokens", Decimal("0.5")), ("requests", Decimal(plain))),
        longer=(LongWeights(200_000, (("input_tokens", Decimal(2)), ("output_tokens", Decimal(long)))),),
    )
    units = Dedicated("units", "m", "us", (Rate(0, monthly=Decimal(7)),), ThroughputCapacity(60, (axis,)))
    offers: list[Serverless | Dedicated] = [token_offer("tok", "1", "1"), units]
    keys = [
        {option.key for option in computed(each, offers)[1].options if option.mode == "dedicated"}
        for each in (log_of(rows), series_of(rows))
    ]
    assert keys[0] == keys[1] != set()


@checked
@given(rows=many, seed=st.integers(0, 9))
@example(rows=[(7, 1, 1, 0, 3), (7, 1, 0, 0, 3), (7, 1, 0, 0, 3), (7, 0, 0, 0, 3), (7, 0, 0, 0, 3)], seed=0)
def test_drawn_requests_are_as_long_as_their_class(rows: list[Request], seed: int) -> None:
    series = series_of(rows)
    classes = [each.series for each in by_length(series)]
    every = np.arange(len(series.start_us))
    drawn = spread_by_class(classes, every, np.random.default_rng(seed))
    uncached, cached, output = drawn
    assert min(int(column.min()) for column in drawn) >= 0
    assert series.requests is not None
    bucket = np.repeat(every, series.requests)

    def sums(column: Int64s, mask: Int64s) -> list[int]:
        return [int(n) for n in np.bincount(bucket[mask], column[mask], len(every))]

    for above in (-1, *LENGTHS):
        longer = np.flatnonzero(uncached + cached > above)
        told = series if above < 0 else sum_of(series, above)
        assert sums(np.ones_like(cached), longer) == (told.requests if told.requests is not None else ints([])).tolist()
        assert sums(uncached + cached, longer) == told.input_tokens.tolist()
        assert sums(cached, longer) == told.cached_input_tokens.tolist()
        assert sums(output, longer) == told.output_tokens.tolist()


def sum_of(series: BucketSeries, above: int) -> BucketSeries:
    known = dict(series.parts)
    counts, whole, cached, output = (known[column_name(above, n)] for n in ("requests", "input", "cached", "output"))
    return BucketSeries(series.bucket_seconds, series.start_us, counts, whole, cached, output)


ROWS: list[Request] = [(3600 * hour + 7, 1500 + 250_000 * (hour % 5 == 0), 100, 0, 40) for hour in range(HOURS)]


@pytest.mark.parametrize("lengths", [(), (1000,), (200_000,)])
def test_what_a_series_does_not_tell_is_assumed_and_said(lengths: tuple[int, ...]) -> None:
    cheap = replace(TOKENS, sku="cheap", prices=(Price("input_tokens", Decimal(90), MILLION),))
    answer = evaluate(series_of(ROWS, lengths), [TOKENS, cheap], PROVISIONAL)
    [said] = [remark for remark in answer.remarks if remark.code == "request_length_unknown"]
    lacking = set(LENGTHS) - set(lengths)
    assert " and ".join(f"{above:,}" for above in sorted(lacking)) in said.sentence
    assert "lengths=1000,200000" in said.sentence
    assert answer.recommendation.confidence != "high"


def test_what_a_series_tells_needs_no_remark_and_costs_what_the_log_costs() -> None:
    by_log, by_series = (evaluate(each, [TOKENS], PROVISIONAL) for each in (log_of(ROWS), series_of(ROWS)))
    assert [remark.code for remark in by_series.remarks] == [remark.code for remark in by_log.remarks]
    assert by_series.options[0].lines == by_log.options[0].lines
    assert thresholds(series_of(ROWS)) == LENGTHS


def test_units_left_out_for_unknown_lengths_lower_the_confidence() -> None:
    axis = Axis(Decimal(100), (("input_tokens", Decimal(1)),), longer=(LongWeights(200_000, ()),))
    units = Dedicated("units", "m", "us", (Rate(0, monthly=Decimal(9999)),), ThroughputCapacity(60, (axis,)))
    plain = replace(TOKENS, prices=(Price("input_tokens", Decimal(1), MILLION),))
    starts = np.arange(14 * 24, dtype=np.int64) * 3600 * SECOND
    ones = np.ones(len(starts), np.int64)
    series = BucketSeries(3600, starts, 60 * ones, 60_000 * ones, 0 * ones, 600 * ones, "idle")
    told = (("requests", 0 * ones), ("input", 0 * ones), ("cached", 0 * ones), ("output", 0 * ones))
    known = replace(series, parts=tuple((column_name(200_000, name), column) for name, column in told))
    both: list[Serverless | Dedicated] = [plain, units]
    without, left_out, taken = (
        evaluate(history, offers, PROVISIONAL).recommendation
        for history, offers in ((series, both[:1]), (series, both), (known, both))
    )
    assert (without.confidence, left_out.confidence) == ("high", "medium")
    assert "were left out" in left_out.confidence_because
    assert "were left out" not in taken.confidence_because
