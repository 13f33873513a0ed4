"""Findings about the replay: what it had to assume of traffic that was not logged request by request."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from service.workflow.compute.case import Case
from service.workflow.compute.kinds.timetable import knows_lengths, runs_by_hours
from service.workflow.compute.kinds.units_apart import numbers_apart
from service.workflow.measure.profile import Finding
from service.workflow.offers import Dedicated, Offer, Serverless
from service.workflow.replay.length_tiers import weighs_by_length
from service.workflow.replay.limits import stated
from service.workflow.replay.throughput import windows_of
from service.workflow.traffic import HOUR


def replay_findings(case: Case, offers: Sequence[Offer]) -> tuple[Finding, ...]:
    """Return the findings of a case's replays."""
    coarse = (*_coarse_window(case, offers), *_coarse_limits(case, offers))
    return (
        *coarse,
        *_by_hours(case, offers),
        *_by_length(case, offers),
        *_spaced(case, offers),
        *_of_two_kinds(offers),
        *_synthesized(case),
        *_sampled(case),
    )


def _coarse_window(case: Case, offers: Sequence[Offer]) -> Iterator[Finding]:
    buckets = case.arrivals.buckets
    if buckets is None:
        return
    windows = windows_of(offers)
    if windows and windows[0] < buckets.bucket_seconds:
        yield Finding(
            "coarse_window",
            (("bucket_seconds", buckets.bucket_seconds), ("window_seconds", windows[0])),
            f"Budgets are enforced every {windows[0]} seconds but traffic is known every {buckets.bucket_seconds}: "
            "overflow is understated. Upload requests, or shorter buckets with request counts.",
        )


def _coarse_limits(case: Case, offers: Sequence[Offer]) -> Iterator[Finding]:
    buckets = case.arrivals.buckets
    limited = [o.sku for o in offers if isinstance(o, Serverless) and stated(o.limits)]
    if buckets is not None and limited:
        yield Finding(
            "coarse_limits",
            (("bucket_seconds", buckets.bucket_seconds),),
            f"Limits of {', '.join(sorted(limited)[:3])} hold for a minute, but traffic is known every "
            f"{buckets.bucket_seconds} seconds, overflow by the hour, requests not at all: throttling is understated. "
            "Upload requests, or shorter buckets with request counts.",
        )


def _by_hours(case: Case, offers: Sequence[Offer]) -> Iterator[Finding]:
    found = [o.sku for o in offers if isinstance(o, Dedicated) and o.capacity.hours is not None]
    if found and not runs_by_hours(case):
        yield Finding(
            "hours_not_replayed",
            (("offers", len(found)),),
            f"{', '.join(sorted(found)[:3])} is left out: units that run by hours of the week are replayed on every "
            "single request, and here there are none, or only a sample was. Upload requests, fewer weeks of them, or "
            "offer the units without `schedule`.",
        )


def left_out_by_length(case: Case, offers: Sequence[Offer]) -> list[str]:
    """Return the skus of units that weigh long requests apart, where the lengths of requests are not known."""
    long = [o for o in offers if isinstance(o, Dedicated) and weighs_by_length(o.capacity)]
    return [o.sku for o in long if not knows_lengths(case, o.capacity)]


def _by_length(case: Case, offers: Sequence[Offer]) -> Iterator[Finding]:
    if found := left_out_by_length(case, offers):
        yield Finding(
            "lengths_not_replayed",
            (("offers", len(found)),),
            f"{', '.join(sorted(found)[:3])} is left out: budgets that weigh long requests apart are replayed on every "
            "single request, and here their lengths are not known, or only a sample was. Upload requests, or sums by "
            "length (traffic-sql with lengths=...), fewer weeks of them, or offer the units without `longer`.",
        )


def _spaced(case: Case, offers: Sequence[Offer]) -> Iterator[Finding]:
    for offer in offers:
        if not isinstance(offer, Dedicated) or offer.apart is None or "hybrid" not in case.policy.modes:
            continue
        firsts, seconds = numbers_apart(case, offer)
        spaces = [max((b - a for a, b in pairwise(numbers)), default=0) for numbers in (firsts, seconds)]
        steps = [offer.units.increment, 0 if offer.apart.apart is None else offer.apart.apart.increment]
        if spaces[0] > steps[0] or spaces[1] > steps[1]:
            yield Finding(
                "pairs_spaced",
                (("first", spaces[0]), ("second", spaces[1])),
                f"Hybrids on {offer.sku} were tried with numbers of units up to {spaces[0]} and {spaces[1]} apart: the "
                "cheapest pair may have as many fewer of each.",
            )


def _of_two_kinds(offers: Sequence[Offer]) -> Iterator[Finding]:
    found = [o.sku for o in offers if isinstance(o, Dedicated) and o.apart is not None]
    if found:
        yield Finding(
            "no_flips_of_two_kinds",
            (("offers", len(found)),),
            f"At which prices of {', '.join(sorted(found)[:3])} the recommendation changes, and from which traffic on "
            "a unit pays, is not told: input and output units are bought apart, and the price of one moves the number "
            "of both. Try other prices in a scenario.",
        )


def _synthesized(case: Case) -> Iterator[Finding]:
    if case.arrivals.synthesized:
        cv = case.policy.synthesis.cv
        yield Finding(
            "arrivals_synthesized",
            (("cv", cv),),
            f"Arrivals inside each bucket were drawn (coefficient of variation {cv:g}); a request log would show them.",
        )


def _sampled(case: Case) -> Iterator[Finding]:
    arrivals = case.arrivals
    if arrivals.sampled:
        replayed, observed = case.replayed_us / HOUR, case.profile.hours_observed
        yield Finding(
            "hours_sampled",
            (("replayed", replayed), ("observed", observed)),
            f"{replayed:,.1f} of {observed:,.1f} hours were replayed; options carry the standard error of that. "
            "Raise replay.max_requests to replay more.",
        )
