"""Units that run by the hours of a week: an option equals a count of every hour and every number of units."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.compute.findings import replay_findings
from service.workflow.conditions import WeekHours
from service.workflow.offers import Dedicated, Serverless
from service.workflow.rates import Rate
from service.workflow.traffic import HOUR, SECOND, RequestLog
from tests.effort import examples
from tests.histories import at, ints, summed
from tests.markets import PROVISIONAL, budget, computed, gpu_offer, options_of, ptu_offer, token_offer

checked = settings(derandomize=True, max_examples=examples(40), deadline=None)

WEEK = 168 * HOUR
TOKENS = 50_000
PRICE = 20
START = {"UTC": "2026-11-02T00:00:00Z", "Europe/Berlin": "2026-10-26T00:00:00Z", "Asia/Kolkata": "2026-11-02T00:00:00Z"}
"""When each week begins; Berlin's has clocks that have just gone back."""


def is_inside(hours: WeekHours, time_us: int) -> bool:
    """Tell by the calendar whether a moment is in the hours: of its own day, or past midnight of the day before."""
    local = datetime.fromtimestamp(time_us / SECOND, ZoneInfo(hours.zone))
    minute = local.hour * 60 + local.minute
    ends = hours.start + hours.minutes
    today = local.weekday() in hours.days and hours.start <= minute < ends
    before = (local - timedelta(days=1)).weekday() in hours.days and minute + 1440 < ends
    return today or before


def units_offer(hours: WeekHours, per_minute: str = "60000", hourly: str = "4") -> Dedicated:
    rate = Rate(0, hourly=Decimal(hourly), week_seconds=hours.week_minutes * 60)
    return ptu_offer("units", rate, capacity=replace(budget(per_minute, input_tokens="1"), hours=hours))


def log_of(times_us: list[int], zone: str) -> RequestLog:
    start = at(START[zone])
    ones = np.ones(len(times_us), np.int64)
    end = start + WEEK
    return RequestLog(ints(sorted(times_us)) + start, ones * TOKENS, ones * 0, ones * 10, start_us=start, end_us=end)


@st.composite
def weeks(draw: st.DrawFn) -> tuple[WeekHours, RequestLog]:
    zone = draw(st.sampled_from(sorted(START)))
    days = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1, max_size=5))))
    minutes = st.sampled_from((0, 60, 9 * 60, 9 * 60 + 30, 18 * 60, 22 * 60 + 15))
    hours = WeekHours(zone, days, draw(minutes), draw(minutes))
    moments = draw(st.lists(st.integers(0, 168 * 60 - 1), min_size=1, max_size=40))
    crowd = draw(st.integers(1, 4))
    return hours, log_of(
        [minute * 60 * SECOND + second * SECOND for minute in moments for second in range(crowd)], zone
    )


@checked
@given(week=weeks())
def test_the_cheapest_units_of_a_timetable_are_those_of_a_count(week: tuple[WeekHours, RequestLog]) -> None:
    hours, log = week
    market: list[Serverless | Dedicated] = [token_offer("tok", str(PRICE), "0"), units_offer(hours)]
    windows: dict[int, int] = {}
    outside = 0
    for time in log.arrival_us.tolist():
        if is_inside(hours, time):
            windows[time // 60_000_000] = windows.get(time // 60_000_000, 0) + 1
        else:
            outside += 1
    month = Fraction(730 * hours.week_minutes, 10_080)
    per_request = Fraction(TOKENS * PRICE, 1_000_000)

    def cost(units: int) -> Fraction:
        spilled = outside + sum(max(0, n - units * 60_000 // TOKENS) for n in windows.values())
        return units * 4 * month + round(spilled * Fraction(730, 168)) * per_request

    _, found = computed(log, market)
    most = max(windows.values(), default=1)
    (hybrid,) = (option for option in found.options if option.mode == "hybrid")
    if not hybrid.ruled_out:
        assert hybrid.reservation is not None
        units = hybrid.reservation.units
        assert float(hybrid.monthly_cost) == pytest.approx(float(cost(units)), abs=float(per_request))
        assert float(hybrid.monthly_cost) <= float(min(map(cost, range(1, most + 1)))) + 2 * float(per_request)
    (dedicated,) = (option for option in found.options if option.mode == "dedicated")
    assert dedicated.reservation is not None
    assert dedicated.eligible == (not outside)
    assert {violation.code for violation in dedicated.violations} == ({"outside_hours"} if outside else set())
    assert dedicated.reservation.units == max(1, -(-most * TOKENS // 60_000) if windows else 1)
    reserved = sum((line.amount for line in dedicated.lines), Decimal(0))
    assert float(reserved) == pytest.approx(float(dedicated.reservation.units * 4 * month))


OFFICE = WeekHours("UTC", (0, 1, 2, 3, 4), 9 * 60, 17 * 60)


def office_log() -> RequestLog:
    minutes = [day * 1440 + 9 * 60 + minute for day in range(5) for minute in range(8 * 60)]
    return log_of([minute * 60 * SECOND for minute in minutes], "UTC")


def test_a_gpu_of_office_hours_is_as_one_that_always_runs_and_costs_its_hours() -> None:
    always = gpu_offer("always")
    capacity = replace(always.capacity, hours=OFFICE)
    rate = Rate(0, hourly=Decimal(4), week_seconds=OFFICE.week_minutes * 60)
    office = replace(gpu_offer("office", rate), capacity=capacity)
    found = options_of(office_log(), [always, office], replace(PROVISIONAL, modes=("dedicated",)))
    by_sku = {option.reservation.offer.sku: option for option in found.values() if option.reservation}
    assert by_sku["office"].eligible
    ratio = by_sku["office"].monthly_cost / by_sku["always"].monthly_cost
    assert float(ratio) == pytest.approx(40 / 168)
    one, other = by_sku["office"].figures, by_sku["always"].figures
    assert one is not None
    assert other is not None
    assert (one.first_token, one.end_to_end) == (other.first_token, other.end_to_end)
    assert one.utilization == pytest.approx((other.utilization or 0) * 168 / 40, rel=1e-3)


def test_units_of_hours_are_left_out_of_a_series_without_requests_and_that_is_said() -> None:
    log = office_log()
    series = replace(summed(log, log.start_us or 0, log.end_us or 0, 3600), requests=None)
    case, found = computed(series, [token_offer("tok"), units_offer(OFFICE)])
    assert [option.key for option in found.options] == ["serverless:tok"]
    findings = {finding.code: finding.sentence for finding in replay_findings(case, [units_offer(OFFICE)])}
    assert findings["hours_not_replayed"].startswith("units is left out: units that run by hours of the week")
