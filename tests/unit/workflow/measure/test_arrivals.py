"""Replayable arrivals of logs and of series."""

from dataclasses import replace

import numpy as np
import pytest

from service.workflow.measure import arrivals as module
from service.workflow.measure import make_arrivals, measure
from service.workflow.policy import Policy, ReplayPolicy, SynthesisPolicy
from service.workflow.traffic import BUCKET_SECONDS, HOUR, MINUTE, SECOND, WEEK, Arrivals, TrafficHistory
from tests.histories import MONDAY, ints, log_of, series_of

POLICY = Policy()


def _arrivals(history: TrafficHistory, policy: Policy = POLICY) -> Arrivals:
    made = make_arrivals(history, measure(history, policy), policy)
    assert made is not None
    return made


def _at_most(requests: int, seed: int | None = 1) -> Policy:
    return replace(POLICY, replay=ReplayPolicy(max_requests=requests), seed=seed)


def test_a_log_is_replayed_as_logged() -> None:
    log = replace(log_of([5, 3600, 7300], [(10, 4, 1), (20, 0, 2), (30, 30, 3)]), service_us=ints([7, 8, 9]))
    made = _arrivals(log)
    assert made.time_us.tolist() == [0, 3595 * SECOND, 7295 * SECOND]
    assert (made.uncached.tolist(), made.cached.tolist(), made.output.tolist()) == ([6, 20, 0], [4, 0, 30], [1, 2, 3])
    assert made.service_us is not None
    assert made.service_us.tolist() == [7, 8, 9]
    assert (made.hour_index.tolist(), made.hour_of_window.tolist()) == ([0, 2, 2, 3], [0, 1, 2])
    assert made.observed_us.tolist() == [HOUR, HOUR, 95 * SECOND]
    assert (made.hours_in_window, made.sampled, made.synthesized, len(made)) == (3, False, False, 3)


def test_an_arrival_at_the_very_end_stays_in_the_last_hour() -> None:
    made = _arrivals(log_of([0, 3600]))
    assert (made.hour_index.tolist(), made.observed_us.tolist()) == ([0, 2], [HOUR])


def test_only_the_window_is_replayed() -> None:
    made = _arrivals(log_of([0, 3600, WEEK / SECOND, 1 + WEEK / SECOND]))
    assert made.time_us.tolist() == [3599 * SECOND, WEEK - SECOND, WEEK]
    assert (made.hours_in_window, made.hour_index[-1]) == (168, 3)


def test_a_long_log_replays_whole_hours_end_to_end() -> None:
    seconds = [hour * 3600 + 60 * each for hour in range(12) for each in range(hour + 1)]
    log = log_of(seconds, [(each, 0, 1) for each in range(len(seconds))], start=0, end=12 * 3600)
    whole, made = _arrivals(log), _arrivals(log, _at_most(40))
    assert (len(whole), whole.sampled) == (78, False)
    assert (made.sampled, made.synthesized, made.hours_in_window) == (True, False, 12)
    assert len(made.hour_of_window) == 6
    for place, hour in enumerate(made.hour_of_window.tolist()):
        kept = slice(made.hour_index[place], made.hour_index[place + 1])
        same = slice(whole.hour_index[hour], whole.hour_index[hour + 1])
        assert (made.time_us[kept] - place * HOUR).tolist() == (whole.time_us[same] - hour * HOUR).tolist()
        assert made.uncached[kept].tolist() == whole.uncached[same].tolist()
    assert made.observed_us.tolist() == [HOUR] * 6


def test_the_seed_chooses_a_long_logs_hours() -> None:
    log = log_of([900 * each for each in range(400)])
    chosen = {tuple(_arrivals(log, _at_most(40, seed)).hour_of_window.tolist()) for seed in range(40)}
    assert len(chosen) == 10
    assert len({tuple(_arrivals(log, _at_most(40, None)).hour_of_window.tolist()) for _ in range(3)}) == 1


def test_a_series_is_drawn_bucket_by_bucket() -> None:
    series = series_of([3, 0, None, 4], bucket=600)
    made = _arrivals(series)
    assert (made.time_us // (600 * SECOND)).tolist() == [0, 0, 0, 3, 3, 3, 3]
    assert (made.uncached.tolist(), made.cached.tolist(), made.output.tolist()) == ([8] * 7, [2] * 7, [3] * 7)
    assert (made.service_us, made.synthesized, made.sampled) == (None, True, False)
    assert (made.hour_index.tolist(), made.observed_us.tolist()) == ([0, 7], [30 * MINUTE])


def test_hours_that_were_not_observed_are_left_out_and_the_rest_joined() -> None:
    made = _arrivals(series_of([2, None, None, 5], bucket=3600))
    assert made.hour_of_window.tolist() == [0, 3]
    assert (made.time_us // HOUR).tolist() == [0, 0, 1, 1, 1, 1, 1]
    assert (made.hours_in_window, made.sampled, made.observed_us.tolist()) == (2, False, [HOUR, HOUR])


def test_absent_idle_hours_are_replayed_empty() -> None:
    made = _arrivals(series_of([2, None, None, 5], bucket=1800, absent="idle"))
    assert (made.hour_of_window.tolist(), made.hour_index.tolist()) == ([0, 1], [0, 2, 7])
    assert made.observed_us.tolist() == [HOUR, HOUR]
    short = _arrivals(series_of([2, None, 5], bucket=1800, absent="idle"))
    assert short.observed_us.tolist() == [HOUR, HOUR // 2]


def test_tokens_alone_cannot_be_replayed() -> None:
    series = series_of([1, 2], counted=False)
    assert make_arrivals(series, measure(series, POLICY), POLICY) is None


def test_a_dense_series_draws_its_sample_only() -> None:
    counts = np.random.default_rng(1).integers(500_000, 2_000_000, 336)
    made = _arrivals(series_of(counts.tolist(), bucket=3600), _at_most(300_000))
    assert (made.sampled, made.stretch_us, made.hours_in_window) == (True, MINUTE, 336 * 60)
    assert len(made) < 400_000
    assert len(made) / len(made.observed_us) == pytest.approx(counts.mean() / 60, rel=0.1)
    assert set(made.observed_us.tolist()) == {MINUTE}
    per_stretch, hours = np.diff(made.hour_index), made.hour_of_window
    assert np.all(np.abs(per_stretch / (counts[hours] / 60) - 1) < 0.05), "a minute holds a sixtieth of its hour"
    assert made.time_us[-1] < len(per_stretch) * MINUTE


def test_what_no_memory_would_hold_is_not_drawn() -> None:
    series = series_of([60 * module.MOST_DRAWN, 60 * module.MOST_DRAWN], bucket=3600)
    assert make_arrivals(series, measure(series, POLICY), POLICY) is None


def test_the_seed_is_the_policys_or_the_historys_digest() -> None:
    series = series_of([50, 60])
    again, other = _arrivals(series), _arrivals(replace(series, requests=ints([60, 50])))
    assert _arrivals(series).time_us.tolist() == again.time_us.tolist()
    assert again.time_us.tolist()[:50] != other.time_us.tolist()[:50]
    one, two = (_arrivals(series, replace(POLICY, seed=seed)) for seed in (1, 2))
    assert one.time_us.tolist() != two.time_us.tolist()
    assert one.uncached.tolist() == two.uncached.tolist()


def test_the_policys_cv_makes_bursts() -> None:
    series = series_of([20_000], bucket=3600)
    spread = [
        float(np.std(np.diff(_arrivals(series, replace(POLICY, seed=1, synthesis=SynthesisPolicy(cv))).time_us)))
        for cv in (0.0, 1.0, 3.0)
    ]
    assert spread[0] < 1
    assert spread[2] > 2 * spread[1]


def test_a_dense_log_is_replayed_by_short_stretches_as_logged() -> None:
    log = log_of([each / 2 for each in range(2 * 4 * 3600)], start=0, end=4 * 3600)
    made = _arrivals(log, _at_most(3000))
    assert (made.stretch_us, made.hours_in_window, len(made.observed_us)) == (MINUTE, 240, 24)
    assert np.diff(made.hour_index).tolist() == [120] * 24
    assert made.time_us.tolist() == [each * SECOND // 2 for each in range(len(made))]
    assert np.all(np.diff(made.hour_of_window) >= 0)
    assert set(made.hour_of_window.tolist()) == {0, 1, 2, 3}


def test_a_bucket_of_a_day_is_replayed_by_the_hour() -> None:
    made = _arrivals(series_of([240, None, 24], bucket=86_400))
    assert made.hour_of_window.tolist() == [*range(24), *range(48, 72)]
    assert (len(made), made.observed_us.tolist()) == (264, [HOUR] * 48)
    assert int(made.uncached.sum()) == 264 * 8


@pytest.mark.parametrize("bucket", BUCKET_SECONDS)
def test_every_length_of_bucket_adds_up(bucket: int) -> None:
    counts = np.random.default_rng(bucket).integers(1, 9, 2 * 3600 // bucket + 1)
    series = series_of(counts.tolist(), bucket=bucket, origin=MONDAY + 7 * 3600 * SECOND)
    made = _arrivals(series)
    assert np.bincount(made.time_us // (bucket * SECOND), minlength=len(counts)).tolist() == counts.tolist()
    assert int(made.observed_us.sum()) == len(counts) * bucket * SECOND
    assert int(made.output.sum()) == 3 * counts.sum()
