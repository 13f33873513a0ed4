"""Prices by the length of a request and by its hour: each request at its own price, in every bill."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.bill import Line
from service.workflow.conditions import Condition, Conditional, WeekHours
from service.workflow.evaluate import Evaluation, evaluate
from service.workflow.measure.classes import classes_of
from service.workflow.metered_prices import Meter, Price
from service.workflow.offers import Axis, Dedicated, Serverless, ThroughputCapacity
from service.workflow.rates import Rate
from service.workflow.traffic import HOUR, SECOND, BucketSeries, RequestLog
from tests.effort import examples
from tests.histories import MONDAY, ints
from tests.markets import PROVISIONAL

POLICY = PROVISIONAL
MILLION = 1_000_000
WEEK = 168 * 3600
NIGHT = WeekHours("Europe/Berlin", (0, 1, 2, 3, 4), 22 * 60, 6 * 60)
ZONE = ZoneInfo("Europe/Berlin")


def price(meter: Meter, plain: str, long: str, night: str) -> Price:
    """Return a price that is another for long requests, and a third at night whatever the length."""
    entries = (
        Conditional(Condition(input_above=1000), Decimal(long)),
        Conditional(Condition(hours=NIGHT), Decimal(night)),
    )
    return Price(meter, Decimal(plain), MILLION, conditional=entries)


TOKENS = Serverless(
    "tokens",
    "m",
    "global",
    (
        price("input_tokens", "1.25", "2.50", "0.5"),
        price("cached_input_tokens", "0.125", "0.25", "0.05"),
        price("output_tokens", "10", "15", "4"),
    ),
)
UNITS = Dedicated(
    "units",
    "m",
    "global",
    (Rate(0, hourly=Decimal("0.0001")),),
    ThroughputCapacity(60, (Axis(Decimal(1500), (("input_tokens", Decimal(1)), ("output_tokens", Decimal(4)))),)),
)


def at_night(us: int) -> bool:
    """Tell whether a moment is in the night that begins on a weekday, by the zone's own clock."""
    local = datetime.fromtimestamp(us / SECOND, UTC).astimezone(ZONE)
    began = local.weekday() if local.hour >= 22 else (local.weekday() - 1) % 7
    return (local.hour >= 22 or local.hour < 6) and began < 5


def due(log: RequestLog, rows: "np.typing.NDArray[np.bool_]") -> Fraction:
    """Return what these requests cost, each at its own price: the oracle."""
    owed = Fraction(0)
    columns = (log.arrival_us, log.input_tokens, log.cached_input_tokens, log.output_tokens)
    for us, tokens, cached, output in zip(*(column[rows].tolist() for column in columns), strict=True):
        place = 2 if at_night(us) else 1 if tokens > 1000 else 0
        amounts = (("1.25", "0.125", "10"), ("2.50", "0.25", "15"), ("0.5", "0.05", "4"))[place]
        fresh, read, made = (Fraction(amount) for amount in amounts)
        owed += (fresh * (tokens - cached) + read * cached + made * output) / MILLION
    return owed


@st.composite
def logs(draw: st.DrawFn) -> RequestLog:
    """Draw requests of a week, short and long, cached and not, around the edges of the night."""
    near = st.sampled_from((0, 5, 6, 21, 22, 23, 30, 46, 118, 126, 167)).map(lambda hour: hour * 3600)
    seconds = draw(st.lists(st.tuples(near, st.integers(0, 90)), min_size=2, max_size=25))
    times = sorted(hour + offset for hour, offset in seconds)
    tokens = st.sampled_from((1, 999, 1000, 1001, 5000))
    rows = draw(st.lists(st.tuples(tokens, tokens, tokens), min_size=len(times), max_size=len(times)))
    asked, cached, output = (ints(column) for column in zip(*rows, strict=True))
    arrivals = ints(times) * SECOND + MONDAY
    return RequestLog(
        arrivals, asked, np.minimum(asked, cached), output, start_us=MONDAY, end_us=MONDAY + WEEK * SECOND
    )


def amount(lines: tuple[Line, ...], prefix: str = "") -> Fraction:
    """Return the money of the lines whose code begins so."""
    return sum((Fraction(line.amount) for line in lines if line.code.startswith(prefix)), Fraction(0))


@given(logs())
@settings(max_examples=examples(25))
def test_every_request_is_billed_at_its_own_price(log: RequestLog) -> None:
    answer = evaluate(log, [TOKENS], POLICY)
    (option,) = answer.options
    month = Fraction(730 * 3600, WEEK)
    # A month holds whole tokens of each class: at most half of one is rounded, of nine lines.
    assert abs(amount(option.lines) - due(log, np.ones(len(log.arrival_us), np.bool_)) * month) < Fraction(1, 10**4)
    assert not answer.remarks


@given(logs())
@settings(max_examples=examples(12))
def test_an_overflow_is_billed_for_the_requests_that_spilled(log: RequestLog) -> None:
    dear = replace(UNITS, rates=(Rate(0, hourly=Decimal("0.0001")),))
    answer = evaluate(log, [TOKENS, dear], POLICY)
    hybrid = next(option for option in answer.options if option.mode == "hybrid")
    assert hybrid.reservation is not None
    best = min(total_with(log, units) for units in range(1, 60))
    assert abs(Fraction(hybrid.monthly_cost) - best) < Fraction(1, 10**4)
    mine = amount(hybrid.lines, "overflow_")
    assert abs(mine - overflow(log, hybrid.reservation.units)) < Fraction(1, 10**4)


def total_with(log: RequestLog, units: int) -> Fraction:
    """Return what so many units and their overflow cost a month."""
    return units * Fraction("0.0001") * 730 + overflow(log, units)


def overflow(log: RequestLog, units: int) -> Fraction:
    """Return what the requests cost a month that do not fit the minute's budget, taken whole in order."""
    spilled = np.zeros(len(log.arrival_us), np.bool_)
    minutes = ((log.arrival_us - MONDAY) // (60 * SECOND)).tolist()
    edges = [i for i, minute in enumerate(minutes) if i == 0 or minute != minutes[i - 1]]
    for first, last in pairwise([*edges, len(minutes)]):
        left = 1500 * units
        for i in range(first, last):
            fresh = int(log.input_tokens[i] - log.cached_input_tokens[i])
            need = fresh + 4 * int(log.output_tokens[i])
            spilled[i] = need > left
            left -= 0 if spilled[i] else need
    return due(log, spilled) * Fraction(730 * 3600, WEEK)


def test_long_requests_turn_the_decision() -> None:
    hours = np.repeat(np.arange(168), 10) * HOUR + np.tile(np.arange(10), 168) * 60 * SECOND + MONDAY
    ones = np.ones(len(hours), np.int64)
    log = RequestLog(hours, ones * 250_000, ones * 0, ones * 2000, start_us=MONDAY, end_us=MONDAY + WEEK * SECOND)
    amounts: tuple[tuple[Meter, str, str], ...] = (("input_tokens", "1.25", "2.50"), ("output_tokens", "10", "15"))
    entries = [
        Price(meter, Decimal(low), MILLION, conditional=(Conditional(Condition(200_000), Decimal(high)),))
        for meter, low, high in amounts
    ]
    answer = evaluate(log, [replace(TOKENS, prices=tuple(entries))], POLICY)
    assert answer.options[0].monthly_cost == Decimal("4781.50")
    assert {line.unit_price for line in answer.options[0].lines} == {Decimal("2.50"), Decimal(15)}


def series(seconds: int) -> BucketSeries:
    """Return a day of buckets."""
    starts = np.arange(0, 86_400, seconds) * SECOND + MONDAY
    ones = np.ones(len(starts), np.int64)
    return BucketSeries(seconds, starts, ones * 4, ones * 4004, ones * 0, ones * 40)


def codes(answer: Evaluation) -> set[str]:
    """Return the codes of the remarks."""
    return {remark.code for remark in answer.remarks}


def test_a_series_says_that_it_shows_only_mean_requests() -> None:
    answer = evaluate(series(3600), [TOKENS], POLICY)
    assert codes(answer) == {"request_length_unknown"}
    assert {line.unit_price for line in answer.options[0].lines} == {
        Decimal(each) for each in ("2.50", "0.5", "15", "4")
    }
    half = replace(NIGHT, start=22 * 60 + 30)
    halves = replace(
        TOKENS,
        prices=(Price("input_tokens", Decimal(1), 1, conditional=(Conditional(Condition(0, half), Decimal(2)),)),),
    )
    assert codes(evaluate(series(3600), [halves], POLICY)) == {"hours_inside_buckets"}
    assert codes(evaluate(series(1800), [halves], POLICY)) == set()


@given(st.integers(0, 60 * 24 * 400), st.sampled_from(("UTC", "Asia/Kolkata", "America/St_Johns", "Europe/Berlin")))
@settings(max_examples=examples(60))
def test_hours_of_the_week_follow_the_clock_of_their_zone(minute: int, name: str) -> None:
    hours = WeekHours(name, (2, 6), 23 * 60 + 15, 45)
    us = MONDAY + minute * 60 * SECOND
    local = datetime.fromtimestamp(us // SECOND, UTC).astimezone(ZoneInfo(name))
    late = local.hour * 60 + local.minute >= 23 * 60 + 15
    began = local.weekday() if late else (local.weekday() - 1) % 7
    expected = began in (2, 6) and (late or local.hour * 60 + local.minute < 45)
    assert classes_of((Condition(hours=hours),), ints([us]), ints([1])).tolist() == [int(expected)]
