"""Figures of an option out of its replays: shares and latencies."""

import numpy as np

from service.workflow.compute.case import Case
from service.workflow.compute.fluid import share_beyond
from service.workflow.offers import Dedicated, Limits, Offer
from service.workflow.options import Figures, Percentiles, Violation
from service.workflow.replay.histogram import percentile_us
from service.workflow.replay.limits import COUNTED, stated
from service.workflow.replay.result import AutoscaledReplay, ReservedReplay, ServerlessReplay
from service.workflow.traffic import HOUR, SECOND, Int64s

REQUESTS, UNCACHED, CACHED, OUTPUT = range(4)
"""Columns of hourly counts."""

_UNKNOWN_LATENCY = {
    True: "Its latency is unknown, so the strict target is unproven: give every offer in it a `speed`, "
    "or set `latency.strict` to false.",
    False: "Its latency is unknown, so what slow requests cost is too: give every offer in it a `speed`, "
    "or set `latency.value_per_slow_request` to 0.",
}
"""Why an option without latency is ruled out, by whether the target is strict."""


def share(part: int, whole: int) -> float:
    """Return part ÷ whole, 0 of nothing."""
    return part / whole if whole else 0.0


def coverage(case: Case, spilled: Int64s) -> float:
    """Return the share of tokens that did not spill, of requests where no tokens were recorded; spilled: shape (4,)."""
    if case.has_no_tokens:
        return 1.0 - share(int(spilled[REQUESTS]), case.replayed[REQUESTS])
    tokens = sum(case.replayed[UNCACHED:])
    return 1.0 - share(int(spilled[UNCACHED:].sum()), tokens)


def percentiles(histogram: Int64s | None) -> Percentiles | None:
    """Return p50, p95 and p99 in milliseconds, None where latency is unknown or nothing was served."""
    if histogram is None:
        return None
    p50, p95, p99 = (percentile_us(histogram, percent) for percent in (50.0, 95.0, 99.0))
    if p50 is None or p95 is None or p99 is None:
        return None
    return Percentiles(p50 / 1000, p95 / 1000, p99 / 1000)


def merged(*histograms: Int64s | None) -> Int64s | None:
    """Return the sum of histograms, None where any of them is unknown."""
    result = None
    for histogram in histograms:
        if histogram is None:
            return None
        result = histogram if result is None else result + histogram
    return result


def slow_requests(case: Case, replay: ReservedReplay | ServerlessReplay | AutoscaledReplay) -> int | None:
    """Return how many replayed requests missed the target, None without a target or where latency is unknown."""
    if case.target is None or replay.first_token is None:
        return None
    return int(replay.slow.sum())


def misses_target(case: Case, figures: Figures | None) -> bool:
    """Whether more requests are known to miss the target than its percentile allows."""
    if case.target is None or figures is None or figures.slow_share is None:
        return False
    return round(figures.slow_share * case.replayed[REQUESTS]) > case.slow_allowed


def states_latency(case: Case, offer: Offer) -> bool:
    """Whether replays on the offer know how long requests take."""
    if isinstance(offer, Dedicated) and offer.capacity.states_speed:
        return True
    return offer.speed is not None and case.has_requests


def is_unknown_where_it_counts(case: Case, offer: Offer) -> bool:
    """Whether nobody knows the latency on an offer, and a slow request costs money or may rule an option out."""
    return case.latency_is_priced and not states_latency(case, offer)


def latency_violations(case: Case, slow: int | None) -> tuple[Violation, ...]:
    """Return what the latency target rules out: missing a strict one, and a latency that nobody knows where it counts.

    slow: slow requests of the option, None where its latency is unknown. What may rule an option out, or costs money,
    is not taken to be nothing because nobody knows it.
    """
    latency = case.policy.latency
    if not case.latency_is_priced:
        return ()
    if slow is None:
        return (Violation("latency_unknown", _UNKNOWN_LATENCY[latency.strict]),)
    if not latency.strict or slow <= case.slow_allowed:
        return ()
    sentence = f"p{latency.percentile:g} {latency.metric.replace('_', ' ')} is above {latency.target_ms:g} ms."
    return (Violation("latency_target", sentence),)


def refused_share(case: Case, refused: Int64s) -> float:
    """Return the share of requests that reserved units refused, of tokens where none are counted; refused: (4,)."""
    if case.has_requests:
        return share(int(refused[REQUESTS]), case.replayed[REQUESTS])
    return 1.0 - coverage(case, refused)


def throttled_share(case: Case, limits: Limits, replay: ServerlessReplay, spilled: Int64s | None = None) -> float:
    """Return the share of all requests that limits turn away, of all tokens where no requests are counted.

    spilled: by replayed hour, shape (hours, 4), what of the traffic meets the limits; None: all of it.
    """
    if case.arrivals.buckets is None:
        return share(int(replay.throttled.sum()), case.replayed[REQUESTS])
    if spilled is None:
        return _beyond(case.arrivals.buckets.counts, case.arrivals.buckets.bucket_seconds, limits)
    return _beyond(spilled, HOUR // SECOND, limits) * (1.0 - coverage(case, spilled.sum(axis=0)))


def _beyond(counts: Int64s, seconds: int, limits: Limits) -> float:
    """Return the share of tokens beyond what limits let through in spans of `seconds`; counts: of each, shape (n, 4).

    Bursts inside a span, and limits of requests, are not seen.
    """
    most = {name: value for name, value in stated(limits).items() if COUNTED[name]}
    tokens = counts[:, UNCACHED:].sum(axis=1)
    if not most or not tokens.any():
        return 0.0
    columns = dict(zip(("uncached", "cached", "output"), counts[:, UNCACHED:].T, strict=True))
    taken = [sum(columns[column] for column in COUNTED[name]) for name in most]
    beyond = share_beyond(np.array(taken, np.float64).T, np.array([*most.values()]) * seconds / 60)
    return float(beyond @ tokens) / float(tokens.sum())


def throttle_violations(case: Case, throttled: float, limits: Limits | None = None) -> tuple[Violation, ...]:
    """Return whether a larger share is throttled than the policy allows; limits: of the offer, which are to blame."""
    if throttled <= case.policy.max_throttled_share:
        return ()
    of = "requests" if case.has_requests else "tokens"
    mend = "" if limits is None else f" {_limits_exceeded(case, limits)}"
    return (Violation("throttled", f"{throttled:.1%} of {of} are throttled.{mend}"),)


def _limits_exceeded(case: Case, limits: Limits) -> str:
    """Say which limits the traffic goes beyond, and what mends it."""
    requests, uncached, cached, output = case.replayed
    counts = {
        "requests_per_minute": requests,
        "tokens_per_minute": uncached + cached + output,
        "input_tokens_per_minute": uncached,
        "all_input_tokens_per_minute": uncached + cached,
        "output_tokens_per_minute": output,
    }
    minutes = int(case.arrivals.observed_us.sum()) / (60 * SECOND)
    known = {name: most for name in counts if (most := getattr(limits, name)) is not None}
    over = [name for name in known if counts[name] > known[name] * minutes]
    told = [f"a mean minute has {counts[name] / minutes:,.0f} where {name} is {known[name]:,}" for name in over]
    found = " and ".join(told) or f"busy minutes go beyond {' or '.join(known)}, a mean one does not"
    if cached and "tokens_per_minute" in known:
        found += ". tokens_per_minute counts cached input too; where the provider counts input and output apart, state "
        return f"{_capital(found)}input_tokens_per_minute and output_tokens_per_minute instead."
    return f"{_capital(found)}. Ask the provider for higher limits, or allow it by max_throttled_share."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def per_month(case: Case, count: int) -> float:
    """Return how often a month something happens that happened `count` times in the replayed time."""
    return float(count * case.time_scale)
