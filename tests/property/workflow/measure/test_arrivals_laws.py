"""What holds of all replayable arrivals."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.workflow.measure import make_arrivals, measure, scale_arrivals
from service.workflow.measure.synthesis import spread
from service.workflow.policy import Policy, ReplayPolicy, SynthesisPolicy
from service.workflow.traffic import HOUR, MINUTE, SECOND, Arrivals, BucketSeries, RequestLog, TrafficHistory
from tests.histories import ints
from tests.property.workflow.measure.strategies import logs, serieses, shuffled_ties

histories = st.one_of(logs(), serieses(counted=True))
policies = st.builds(
    lambda most, cv, seed: Policy(replay=ReplayPolicy(most), synthesis=SynthesisPolicy(cv), seed=seed),
    st.sampled_from([1, 5, 20, 10**6]),
    st.sampled_from([0.0, 0.5, 1.0, 3.0, 50.0]),
    st.one_of(st.none(), st.integers(0, 2**52 - 1)),
)


def _arrivals(history: TrafficHistory, policy: Policy) -> Arrivals:
    made = make_arrivals(history, measure(history, policy), policy)
    assert made is not None
    return made


def _columns(made: Arrivals) -> list[list[int]]:
    columns = (made.time_us, made.uncached, made.cached, made.output, made.hour_index, made.hour_of_window)
    return [column.tolist() for column in (*columns, made.observed_us)]


@given(histories, policies)
def test_arrivals_are_sorted_and_lie_in_their_hours(history: TrafficHistory, policy: Policy) -> None:
    made = _arrivals(history, policy)
    assert np.all(np.diff(made.time_us) >= 0)
    assert np.all(np.diff(made.hour_of_window) >= 0)
    requests = measure(history, policy).totals.requests
    assert made.stretch_us == HOUR or requests > policy.replay.max_requests
    assert made.hour_index[0] == 0
    assert made.hour_index[-1] == len(made)
    stretches = np.repeat(np.arange(len(made.hour_of_window)), np.diff(made.hour_index))
    inside = made.time_us - stretches * made.stretch_us
    assert np.all((inside >= 0) & (inside <= made.stretch_us))
    assert np.all((made.observed_us > 0) & (made.observed_us <= made.stretch_us))
    assert made.sampled == (len(made.hour_of_window) < made.hours_in_window)


@given(histories)
def test_unsampled_arrivals_are_the_whole_window(history: TrafficHistory) -> None:
    profile = measure(history, Policy())
    made = _arrivals(history, Policy())
    assert not made.sampled
    assert len(made) == profile.totals.requests
    assert int(made.uncached.sum()) == profile.totals.uncached
    assert int(made.cached.sum()) == profile.totals.cached
    assert int(made.output.sum()) == profile.totals.output
    assert int(made.observed_us.sum()) == profile.observed_us


@given(serieses(counted=True), policies)
def test_a_drawn_request_stays_in_a_bucket_that_holds_it(series: BucketSeries, policy: Policy) -> None:
    assert series.requests is not None
    made = _arrivals(series, replace(policy, replay=ReplayPolicy()))
    profile = measure(series, policy)
    hours = np.repeat(np.arange(len(made.hour_of_window)), np.diff(made.hour_index))
    moments = profile.start_us + made.time_us + HOUR * (made.hour_of_window[hours] - hours)
    bucket = series.bucket_seconds * SECOND
    starts = moments // bucket * bucket
    inside = series.start_us >= profile.start_us
    expected = np.repeat(series.start_us[inside], series.requests[inside])
    assert starts.tolist() == expected.tolist()


@given(histories, policies)
def test_the_same_input_gives_the_same_bytes(history: TrafficHistory, policy: Policy) -> None:
    assert _columns(_arrivals(history, policy)) == _columns(_arrivals(history, policy))


@given(logs(), policies, st.integers(0, 99))
def test_the_order_of_equal_arrivals_changes_no_load(log: RequestLog, policy: Policy, seed: int) -> None:
    policy = replace(policy, seed=7)
    ours, theirs = _arrivals(log, policy), _arrivals(shuffled_ties(log, seed), policy)
    assert ours.time_us.tolist() == theirs.time_us.tolist()
    assert ours.hour_of_window.tolist() == theirs.hour_of_window.tolist()
    assert ours.uncached.sum() == theirs.uncached.sum()


@given(st.lists(st.tuples(st.integers(0, 10**15), st.integers(0, 40))))
def test_shares_sum_to_their_total_and_differ_by_one_at_most(rows: list[tuple[int, int]]) -> None:
    totals, counts = (ints([row[place] for row in rows]) for place in (0, 1))
    shares = spread(totals, counts).tolist()
    for total, count in rows:
        mine, shares = shares[:count], shares[count:]
        expected = [(place + 1) * total // count - place * total // count for place in range(count)]
        assert mine == expected
    assert shares == []


@given(
    histories,
    policies,
    st.fractions(Fraction(1, 50), 8, max_denominator=10**6),
    st.integers(0, 2**52 - 1),
)
def test_scaling_multiplies_every_minute(history: TrafficHistory, policy: Policy, factor: Fraction, seed: int) -> None:
    made = _arrivals(history, policy)
    scaled = scale_arrivals(made, factor, seed)
    assert np.all(np.diff(scaled.time_us) >= 0)
    assert len(scaled) == int(len(made) * factor)
    minutes = int(made.time_us.max(initial=0) // MINUTE) + 1
    before, after = (np.cumsum(np.bincount(each.time_us // MINUTE, minlength=minutes)) for each in (made, scaled))
    assert after.tolist() == [int(count * factor) for count in before.tolist()]
    stretches = np.repeat(np.arange(len(made.hour_of_window)), np.diff(scaled.hour_index))
    inside = scaled.time_us - stretches * made.stretch_us
    assert np.all((inside >= 0) & (inside <= made.stretch_us))
