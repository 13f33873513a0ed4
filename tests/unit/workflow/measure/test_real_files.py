"""Every public traffic file, measured and made replayable."""

from functools import cache

import numpy as np
import pytest

from service.workflow.measure import TrafficProfile, make_arrivals, measure
from service.workflow.measure.profile import Quantities
from service.workflow.policy import Policy
from service.workflow.traffic import MINUTE, SECOND, TrafficHistory
from tests import real_traffic as real

POLICY = Policy()
NAMES = ["azure_code", "azure_conv", "vidur_conv", "mooncake", "openai_page", *real.BUCKETS]
TENANTS = [number for number in range(43) if number not in (1, 5, 8, 11, 38)]


@cache
def _histories() -> dict[str, TrafficHistory]:
    return real.every_history()


def _history(name: str) -> TrafficHistory:
    return _histories()[name]


@cache
def _profile(name: str) -> TrafficProfile:
    return measure(_history(name), POLICY)


def _percentiles(profile: TrafficProfile) -> tuple[float, ...]:
    rates = profile.load
    return rates.p05, rates.p50, rates.p95, rates.p99, rates.max


@pytest.mark.parametrize(
    ("name", "totals", "pattern"),
    [
        ("azure_code", Quantities(8819, 18_059_974, 0, 245_896), "spiky"),
        ("azure_conv", Quantities(19_366, 22_361_870, 0, 4_088_665), "steady"),
        ("mooncake", Quantities(3993, 61_194_628, 0, 595_432), "steady"),
        ("openai_page", Quantities(5, 200, 800, 500), "steady"),
        ("nab_nyc_taxi", Quantities(152_921_932, 0, 0, 0), "spiky"),
        ("client-36", Quantities(15_726_029, 5_304_074_083, 0, 1_751_184_113), "steady"),
        ("client-39", Quantities(3_675_697, 4_336_303_510, 0, 213_850_006), "base_with_spikes"),
        ("pool", Quantities(613_549_778, 73_422_849_765, 0, 9_136_292_890), "steady"),
    ],
)
def test_totals_and_patterns(name: str, totals: Quantities, pattern: str) -> None:
    profile = _profile(name)
    assert (profile.totals, profile.pattern) == (totals, pattern)


def test_the_hour_of_a_request_log_is_exactly_first_to_last_arrival() -> None:
    profile = _profile("azure_conv")
    assert (profile.start_us, profile.observed_us) == (real.CONV_START, 3_501_721_937)
    assert [finding.code for finding in profile.findings] == ["short_history", "hours_unseen"]
    assert not profile.representative


def test_two_spellings_of_one_trace_are_one_history() -> None:
    azure, vidur = _history("azure_conv"), _history("vidur_conv")
    assert azure.digest == vidur.digest
    ours, theirs = _profile("azure_conv"), _profile("vidur_conv")
    assert repr(ours) == repr(theirs)
    assert np.array_equal(ours.minutes.output_tokens, theirs.minutes.output_tokens)


def test_the_collectors_gaps_are_missing_and_not_idle() -> None:
    profile = _profile("pool")
    assert (profile.missing_buckets, profile.coverage) == (37, 1979 / 2016)
    assert profile.idle_gaps.count == 0
    assert profile.representative


def test_a_burst_of_a_hundred_and_more_times_the_mean_is_kept() -> None:
    profile = _profile("nab_Twitter_volume_AAPL")
    assert profile.load.max == 13_479 / 5
    assert profile.peak_to_mean > 150
    assert (profile.days, len(profile.weekly_means)) == (15_902 * 300 / 86_400, 7)


def test_irregular_steps_are_holes() -> None:
    profile = _profile("nab_elb_request_count_8c0756")
    assert (profile.missing_buckets, profile.missing_runs, profile.longest_missing_seconds) == (8, 8, 300)


@pytest.mark.parametrize("name", [*NAMES, "pool", *(f"client-{number}" for number in TENANTS)])
def test_every_file_has_a_profile_that_agrees_with_itself_and_arrivals_that_add_up(name: str) -> None:
    profile = _profile(name)
    rates = profile.load
    assert rates.p05 <= rates.p50 <= rates.p95 <= rates.p99 <= rates.max
    assert profile.load_duration[0] <= rates.max
    assert profile.observed_us == profile.minutes_observed_us.sum()
    assert rates.mean == pytest.approx(profile.totals.requests * 60 / (profile.observed_us / SECOND), rel=1e-12)
    made = make_arrivals(_history(name), profile, POLICY)
    assert made is not None
    assert np.all(np.diff(made.time_us) >= 0)
    assert len(made.hour_index) == len(made.hour_of_window) + 1 == len(made.observed_us) + 1
    if not made.sampled:
        sums = (len(made), int(made.uncached.sum()), int(made.cached.sum()), int(made.output.sum()))
        assert Quantities(*sums) == profile.totals
        assert made.observed_us.sum() == profile.observed_us
    else:
        stretches = len(made.hour_of_window)
        busiest = made.stretch_us / MINUTE * rates.max
        assert len(made) <= POLICY.replay.max_requests + busiest
        assert abs(len(made) - profile.totals.requests * stretches / made.hours_in_window) <= 2 * busiest
    assert made.time_us[-1] <= len(made.hour_of_window) * made.stretch_us
