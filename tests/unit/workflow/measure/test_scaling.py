"""Traffic times a factor."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from service.workflow.measure import make_arrivals, measure, scale_arrivals
from service.workflow.policy import Policy
from service.workflow.traffic import HOUR, MINUTE, Arrivals, TrafficHistory
from tests.histories import ints, log_of, series_of


def _arrivals(history: TrafficHistory) -> Arrivals:
    made = make_arrivals(history, measure(history, Policy()), Policy())
    assert made is not None
    return made


@pytest.fixture
def busy() -> Arrivals:
    generator = np.random.default_rng(3)
    seconds = np.sort(generator.integers(0, 9000, 4000))
    seconds = seconds[(seconds // 60) % 5 != 2]
    tokens = [(int(size), 0, 1) for size in generator.integers(1, 10**6, len(seconds))]
    log = log_of(seconds.tolist(), tokens, start=0, end=9000)
    return _arrivals(replace(log, service_us=np.arange(len(seconds))))


def test_a_factor_of_one_is_the_same_object(busy: Arrivals) -> None:
    assert scale_arrivals(busy, Fraction(1), 1) is busy
    assert scale_arrivals(busy, Decimal("1.00"), 1) is busy


@pytest.mark.parametrize("factor", [Fraction(0), Decimal("-0.5")])
def test_a_factor_is_above_nothing(busy: Arrivals, factor: Fraction | Decimal) -> None:
    with pytest.raises(ValueError, match="above 0"):
        scale_arrivals(busy, factor, 1)


@pytest.mark.parametrize("text", ["0.001", "0.3", "0.99", "1.01", "1.5", "2", "3.1415926535897932384626"])
def test_each_minute_carries_its_requests_times_the_factor(busy: Arrivals, text: str) -> None:
    factor = Decimal(text)
    scaled = scale_arrivals(busy, factor, 1)
    before, after = (np.bincount(each.time_us // MINUTE, minlength=151) for each in (busy, scaled))
    assert np.all(np.abs(after - before * float(factor)) < 1 + 1e-9)
    assert np.all(after[before == 0] == 0)
    assert len(scaled) == int(len(busy) * factor)


@pytest.mark.parametrize("text", ["0.4", "2.75"])
def test_arrivals_stay_arrivals(busy: Arrivals, text: str) -> None:
    scaled = scale_arrivals(busy, Decimal(text), 1)
    assert np.all(np.diff(scaled.time_us) >= 0)
    hours = np.repeat(np.arange(3), np.diff(scaled.hour_index))
    assert (scaled.time_us // HOUR).tolist() == hours.tolist()
    assert scaled.hour_index[-1] == len(scaled) == len(scaled.uncached) == len(scaled.output)
    assert scaled.observed_us is busy.observed_us


def test_a_request_keeps_its_moment_and_its_copies_keep_all_the_rest(busy: Arrivals) -> None:
    scaled = scale_arrivals(busy, Decimal("2.5"), 1)
    assert scaled.service_us is not None
    assert busy.service_us is not None
    own = busy.time_us[scaled.service_us]
    kept = scaled.service_us[scaled.time_us == own]
    assert set(kept.tolist()) == set(busy.service_us.tolist())
    assert (scaled.time_us // MINUTE).tolist() == (own // MINUTE).tolist()
    assert scaled.uncached.tolist() == busy.uncached[scaled.service_us].tolist()


def test_thinning_moves_nothing(busy: Arrivals) -> None:
    scaled = scale_arrivals(busy, Fraction(1, 3), 1)
    assert scaled.service_us is not None
    assert scaled.service_us.tolist() == list(range(2, len(busy), 3))
    assert scaled.time_us.tolist() == busy.time_us[2::3].tolist()


def test_copies_stay_in_the_observed_time() -> None:
    log = log_of([0, *[3610] * 200, 3611])
    scaled = scale_arrivals(_arrivals(log), Fraction(50), 1)
    assert scaled.time_us.max() == HOUR + 11_000_000
    assert len(np.unique(scaled.time_us)) > 9000
    ending = scale_arrivals(_arrivals(log_of([0, 3600])), Fraction(4), 1)
    assert ending.time_us[-4:].tolist() == [HOUR] * 4


def test_copies_of_drawn_arrivals_follow_the_minute_wherever_the_hour_has_holes() -> None:
    made = _arrivals(series_of([1, *[None] * 20, *[1] * 30, 9], bucket=60))
    scaled = scale_arrivals(made, Fraction(30), 1)
    before, after = (np.bincount(each.time_us // MINUTE) for each in (made, scaled))
    assert after.tolist() == (before * 30).tolist()
    assert len(np.unique(scaled.time_us)) > 0.9 * len(scaled), "no minute's copies meet at one moment"


def test_the_seed_decides_where_copies_go(busy: Arrivals) -> None:
    one, again, two = (scale_arrivals(busy, Fraction(3, 2), seed) for seed in (1, 1, 2))
    assert one.time_us.tolist() == again.time_us.tolist() != two.time_us.tolist()
    assert sorted(one.uncached.tolist()) == sorted(two.uncached.tolist())


def test_no_arrivals_scale_to_none(busy: Arrivals) -> None:
    none = ints([])
    nothing = replace(busy, time_us=none, uncached=none, cached=none, output=none, service_us=None)
    nothing = replace(nothing, hour_index=ints([0, 0, 0, 0]))
    assert len(scale_arrivals(nothing, Fraction(2), 1)) == 0
