"""The case: measured traffic and policy, and the one way from replayed counts to a month."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from service.workflow.bill import Usage
from service.workflow.compute.forecast import Forecast, ages_of, daily_work, forecast_of
from service.workflow.compute.replay_cache import ReplayCache
from service.workflow.compute.terms import Terms, running_of
from service.workflow.conditions import Conditions
from service.workflow.measure.classes import classes_of, times_of
from service.workflow.measure.profile import TrafficProfile
from service.workflow.offers import Limits, Offer
from service.workflow.policy import Policy
from service.workflow.rates import HOURS_PER_MONTH
from service.workflow.replay.limits import busiest_minute, stated
from service.workflow.replay.result import LatencyTarget, QueueGoal
from service.workflow.replay.tally import hourly_tokens
from service.workflow.traffic import HOUR, Arrivals, Int64s

R = TypeVar("R")


@dataclass(frozen=True)
class Case:
    """What is being computed: the profile, its replayable requests or buckets, the policy.

    `arrivals` already carry the policy's traffic factor; the profile does not. `offers`: the market that running
    commitments and fallbacks are looked up in. `cache`: what its replays answered, where that is kept for the same
    case under other policies.
    """

    profile: TrafficProfile
    arrivals: Arrivals
    policy: Policy
    offers: tuple[Offer, ...] = ()
    _remembered: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)
    cache: ReplayCache | None = field(default=None, repr=False, compare=False)

    def remembered(self, key: Hashable, find: Callable[[], R]) -> R:
        """Return what `find` finds of the profile and the arrivals, sought once a case."""
        if key not in self._remembered:
            self._remembered[key] = find()
        found: R = self._remembered[key]
        return found

    def once(self, key: Hashable, replay: Callable[[], R]) -> R:
        """Return what `replay` answers; where replays are kept, what it answered before under the key."""
        if self.cache is None:
            return replay()
        answer: R = self.cache.answer(key, replay)
        return answer

    def classes_of(self, conditions: Conditions) -> Int64s:
        """Return the class of each replayed request, shape (n,): the last of the conditions that it meets, from 1."""
        return self.remembered(("classes", conditions), lambda: self._classes(conditions))

    def _classes(self, conditions: Conditions) -> Int64s:
        arrivals = self.arrivals
        times, inputs = times_of(arrivals, self.profile.start_us), arrivals.uncached + arrivals.cached
        return classes_of(conditions, times, inputs)

    @cached_property
    def terms(self) -> Terms:
        """What reservations cost in the decision, and what is bought already."""
        return Terms(self.policy.horizon, running_of(self.policy, self.offers) if self.offers else ())

    @cached_property
    def outage_share(self) -> Fraction:
        """Share of the hours in which reserved capacity is down."""
        return Fraction(self.policy.hybrid.outage_hours_per_month) / HOURS_PER_MONTH

    @cached_property
    def traffic_factor(self) -> Fraction:
        """Factor on the measured traffic, exact."""
        return Fraction(self.policy.traffic_factor)

    @cached_property
    def threshold(self) -> Fraction:
        """Share of the units' slots at which a hybrid spills, exact."""
        return Fraction(str(self.policy.hybrid.threshold))

    @cached_property
    def busiest_minute(self) -> dict[str, int]:
        """The most that any replayed minute takes of each limit."""
        return busiest_minute(self.arrivals)

    def may_throttle(self, limits: Limits) -> bool:
        """Whether limits can turn away any of the traffic."""
        if limits.burst_seconds is not None:  # fewer seconds than a minute may be too few, more need not be
            return bool(stated(limits))
        return any(most < self.busiest_minute[name] for name, most in stated(limits).items())

    @cached_property
    def target(self) -> LatencyTarget | None:
        """The policy's latency target, None where it sets none."""
        latency = self.policy.latency
        if latency.target_ms is None:
            return None
        return LatencyTarget(latency.metric, round(latency.target_ms * 1000))

    @cached_property
    def queue_goal(self) -> QueueGoal | None:
        """The policy's queueing goal, None where it states none."""
        queue = self.policy.queue
        return (
            None if queue.wait_ms is None else QueueGoal(round(queue.wait_ms * 1000), self._allowed(queue.percentile))
        )

    @property
    def has_no_tokens(self) -> bool:
        """Whether requests were counted and not a single token: what they hold was not recorded."""
        requests, *tokens = self.measured
        return requests > 0 and not any(tokens)

    @property
    def has_requests(self) -> bool:
        """Whether requests are replayed one by one; otherwise budgets split whole buckets."""
        return self.arrivals.buckets is None

    @cached_property
    def latency_is_priced(self) -> bool:
        """Whether a slow request costs money or may rule an option out."""
        latency = self.policy.latency
        return self.target is not None and (latency.strict or latency.value_per_slow_request * latency.weight > 0)

    @cached_property
    def slow_allowed(self) -> int:
        """Requests of the replay that may miss the target while its percentile still meets it."""
        return self._allowed(self.policy.latency.percentile)

    def _allowed(self, percentile: float) -> int:
        return int(self.replayed[0] * (100 - Fraction(str(percentile))) / 100)

    @cached_property
    def measured(self) -> tuple[int, int, int, int]:
        """Requests, uncached, cached and output tokens in the window."""
        totals = self.profile.totals
        return (totals.requests, totals.uncached, totals.cached, totals.output)

    @cached_property
    def replayed(self) -> tuple[int, int, int, int]:
        """Requests, uncached, cached and output tokens that the replays take."""
        requests, uncached, cached, output = (int(total) for total in self.hourly.sum(axis=0))
        return (requests, uncached, cached, output)

    @cached_property
    def everything(self) -> Usage:
        """A month of all the traffic: measured × traffic factor × monthly factor, rounded half-even to whole units."""
        month = self.profile.monthly_factor * self.traffic_factor
        return Usage(*(round(count * month) for count in self.measured))

    @cached_property
    def scale(self) -> tuple[Fraction, ...]:
        """Month's quantity per replayed unit, for requests and each kind of token (a ratio estimator)."""
        month = self.profile.monthly_factor * self.traffic_factor
        pairs = zip(self.measured, self.replayed, strict=True)
        return tuple(Fraction(measured) * month / replayed if replayed else Fraction(0) for measured, replayed in pairs)

    @cached_property
    def time_scale(self) -> Fraction:
        """A month ÷ the replayed time: what turns replayed time, and events in it, into a month's."""
        return Fraction(HOURS_PER_MONTH * HOUR, self.replayed_us)

    @cached_property
    def replayed_us(self) -> int:
        """Observed microseconds that the replayed hours hold."""
        return int(self.arrivals.observed_us.sum())

    def monthly(self, counts: Sequence[int], compute_us: int = 0) -> Usage:
        """Return the month of replayed counts (requests, uncached, cached, output) and compute time (µs)."""
        requests, uncached, cached, output = (
            round(int(count) * scale) for count, scale in zip(counts, self.scale, strict=True)
        )
        return Usage(requests, uncached, cached, output, round(compute_us * self.time_scale))

    def requests_per_month(self, count: int) -> Fraction:
        """Return a month's requests for a replayed count of them."""
        return count * self.scale[0]

    @cached_property
    def hourly(self) -> Int64s:
        """Requests, uncached, cached and output tokens of every replayed hour, shape (hours, 4)."""
        counts = hourly_tokens(self.arrivals, np.ones(len(self.arrivals), np.uint8))
        if self.arrivals.buckets is not None:
            counts = self.by_hour(self.arrivals.buckets.counts)
        return counts

    def by_hour(self, entries: Int64s) -> Int64s:
        """Sum a column of the entries, shape (n, …), into replayed hours, shape (hours, …)."""
        result: Int64s = np.add.reduceat(entries, self.arrivals.hour_index[:-1], axis=0)
        return result

    @cached_property
    def forecast(self) -> Forecast:
        """What the window says about the traffic to be expected."""
        known, policy = self.profile.known, self.policy.forecast
        if policy not in known:
            known[policy] = forecast_of(self.profile, policy)
        forecast: Forecast = known[policy]
        return forecast

    @cached_property
    def days_seen(self) -> int:
        """How many days of the window were observed, in part at least."""
        return int(np.count_nonzero(daily_work(self.profile)[1]))

    @cached_property
    def weights(self) -> Int64s:
        """The forecast's weight of each replayed hour, shape (hours,)."""
        starts = self.profile.start_us + self.arrivals.hour_of_window * HOUR
        weights: Int64s = self.forecast.weights[ages_of(self.profile, starts)]
        return weights

    @cached_property
    def recency(self) -> Fraction:
        """Replayed time ÷ weighted replayed time: what makes weighted sums comparable with plain ones."""
        return Fraction(self.replayed_us, int(self.weights @ self.arrivals.observed_us))

    @cached_property
    def level(self) -> tuple[Fraction, ...]:
        """A month at the recent level, before any discount: requests, uncached, cached and output tokens.

        Of a sample, out of all buckets, which are known whether they were sampled or not.
        """
        if self.arrivals.sampled:
            return tuple(count * self.traffic_factor for count in self.forecast.level)
        return self._weighted(self.hourly)

    @cached_property
    def expected_everything(self) -> Usage:
        """A month of all the traffic to be expected."""
        return self._expected_usage(self.level, Fraction(0))

    def expected(self, hourly: Int64s, missed: Int64s | None = None, compute_us: Int64s | None = None) -> Usage:
        """Return the month to be expected of counts by replayed hour, shape (hours, 4).

        missed: what a sample leaves out of the sums of the counts, shape (4,). compute_us: compute time by hour.
        """
        seconds = Fraction(0) if compute_us is None else self.expected_sum(compute_us) * self.time_scale
        if not self.arrivals.sampled:
            return self._expected_usage(self._weighted(hourly), seconds)
        sums = hourly.sum(axis=0) + (0 if missed is None else missed)
        shares = (Fraction(int(n), m) if m else Fraction(0) for n, m in zip(sums, self.replayed, strict=True))
        month = tuple(share * count for share, count in zip(shares, self.level, strict=True))
        return self._expected_usage(month, seconds)

    def expected_sum(self, hourly: Int64s) -> Fraction:
        """Return what stands in the decision for the plain sum of a column by replayed hour, discount included.

        Of a sample, whose days are too few to be weighted, the plain sum moved as the requests or tokens are.
        """
        kept = self.forecast.kept
        if not self.arrivals.sampled:
            return int(self.weights @ hourly) * self.recency * kept
        column = next(column for column in range(4) if self.replayed[column])
        return int(hourly.sum()) * kept * self.level[column] / (self.replayed[column] * self.scale[column])

    def _weighted(self, hourly: Int64s) -> tuple[Fraction, ...]:
        sums = self.weights @ hourly
        return tuple(int(n) * scale * self.recency for n, scale in zip(sums, self.scale, strict=True))

    def _expected_usage(self, month: Sequence[Fraction], compute_us: Fraction) -> Usage:
        requests, uncached, cached, output = (round(count * self.forecast.kept) for count in month)
        return Usage(requests, uncached, cached, output, round(compute_us))

    def expected_latency_value(self, slow: Int64s) -> Decimal:
        """Return the money that slow requests, by replayed hour, are expected to lose a month."""
        latency = self.policy.latency
        per_request = latency.value_per_slow_request * latency.weight
        if not per_request:
            return Decimal(0)
        return round(self.expected_sum(slow) * self.scale[0]) * per_request

    def latency_value(self, slow: int) -> Decimal:
        """Return the money lost a month with `slow` replayed requests over the target."""
        latency = self.policy.latency
        per_request = latency.value_per_slow_request * latency.weight
        return round(self.requests_per_month(slow)) * per_request
