"""Small markets and small traffic, drawn so that every kind of offer is sometimes the best one."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from service.workflow.bill import Usage, serverless_lines, total
from service.workflow.metered_prices import Price, Tier
from service.workflow.offers import (
    Autoscale,
    Axis,
    Capacity,
    ColdStart,
    ConcurrencyCapacity,
    Dedicated,
    Isolation,
    Limits,
    Serverless,
    Speed,
    ThroughputCapacity,
    Units,
    WarmPool,
)
from service.workflow.policy import (
    ForecastPolicy,
    HorizonPolicy,
    HybridPolicy,
    IsolationNeeds,
    IsolationPolicy,
    LatencyPolicy,
    Policy,
)
from service.workflow.policy import SufficiencyPolicy as Sufficiency
from service.workflow.rates import Rate
from service.workflow.traffic import HOUR, SECOND, Int64s, RequestLog
from tests.histories import MONDAY, ints

Situation = tuple[RequestLog, list[Serverless | Dedicated], Policy]
"""Traffic, what is on offer, and the policy to decide by."""

ANYWAY = Sufficiency(allow_provisional=True)
"""Small histories are never representative."""


def amounts(low: str, high: str, places: int = 4) -> st.SearchStrategy[Decimal]:
    """Draw money."""
    return st.decimals(Decimal(low), Decimal(high), places=places)


SPANS = (60, 600, 3600, 7000, 10_800, 3 * 86_400)
"""Seconds observed; a month is not always a whole number of them."""


def logs(most: int = 30) -> st.SearchStrategy[RequestLog]:
    """Draw a log over a minute to three hours, observed in full: a few requests each its own, or a busy crowd."""
    return few_requests(most) | st.builds(crowd, st.integers(0, 10**6), st.sampled_from(SPANS), st.integers(8, most))


@st.composite
def few_requests(draw: st.DrawFn, most: int) -> RequestLog:
    """Draw requests one by one, with bursts and silences."""
    span = draw(st.sampled_from(SPANS))
    centres = draw(st.lists(st.integers(0, span - 1), min_size=1, max_size=4))
    moments = st.tuples(st.sampled_from(centres), st.sampled_from((0, 1, 20, 400)), st.integers(0, SECOND - 1))
    drawn = draw(st.lists(moments, min_size=2, max_size=most))
    times = sorted((centre + offset) % span * SECOND + us for centre, offset, us in drawn)
    tokens = st.tuples(st.integers(0, 2000), st.integers(0, 500), st.integers(1, 900))
    rows = draw(st.lists(tokens, min_size=len(times), max_size=len(times)))
    uncached, cached, output = (ints(column) for column in zip(*rows, strict=True))
    return _observed(ints(times), uncached, cached, output, span)


def crowd(seed: int, span: int, count: int) -> RequestLog:
    """Return a base and bursts of requests of every size."""
    rng = np.random.default_rng(seed)
    base = rng.integers(0, span * SECOND, count // 2)
    bursts = rng.integers(0, span, 2)[rng.integers(0, 2, count - len(base))] * SECOND
    times = np.sort(np.concatenate((base, np.minimum(bursts + rng.integers(0, 5 * SECOND), span * SECOND - 1))))
    return _observed(
        times, rng.integers(0, 3000, count), rng.integers(0, 300, count), rng.integers(1, 900, count), span
    )


def _observed(times: Int64s, uncached: Int64s, cached: Int64s, output: Int64s, span: int) -> RequestLog:
    end = MONDAY + span * SECOND
    return RequestLog(times + MONDAY, uncached + cached, cached, output, start_us=MONDAY, end_us=end)


@st.composite
def prices(draw: st.DrawFn, meter: str, *, tiered: bool = True) -> Price:
    """Draw a price with up to two falling tiers."""
    dear = {"requests": "1.5", "compute_seconds": "0.01"}
    amount = draw(amounts("0.01", dear.get(meter, "8")))
    per = 1 if meter in dear else draw(st.sampled_from((1000, 1_000_000)))
    edges = draw(st.lists(st.integers(1, 10**7), max_size=2, unique=True)) if tiered else []
    tiers = [Tier(edge, (amount / (step + 2)).quantize(Decimal("0.0001"))) for step, edge in enumerate(sorted(edges))]
    return Price(meter, amount, per, tuple(tiers))  # type: ignore[arg-type]


def speeds(slots: int = 8) -> st.SearchStrategy[Speed]:
    """Draw a decode curve that falls, steeply at times."""
    falls = st.lists(st.tuples(st.integers(1, 2 * slots), st.floats(0.05, 1)), min_size=1, max_size=3)

    def made(prefill: float, first: float, steps: list[tuple[int, float]]) -> Speed:
        points, speed = [], first
        for streams in sorted({streams for streams, _ in steps}):
            points.append((streams, speed))
            speed *= dict(steps)[streams]
        return Speed(prefill, tuple(points))

    return st.builds(made, st.floats(50, 20_000), st.floats(2, 120), falls)


COLD = st.builds(ColdStart, st.sampled_from((0.0, 30.0, 300.0)), st.sampled_from((0.0, 5.0, 60.0)))
ISOLATION = st.builds(Isolation, st.sampled_from(("shared", "dedicated")), st.booleans())


@st.composite
def serverless(draw: st.DrawFn, sku: str, *, plain: bool = False) -> Serverless:
    """Draw a serverless offer; a plain one bills tokens and requests only, flat, and is never cold or limited."""
    meters = ["input_tokens", "output_tokens"]
    meters += draw(st.lists(st.sampled_from(("cached_input_tokens", "requests")), unique=True))
    if plain:
        return Serverless(sku, "m", "r", tuple(draw(prices(meter, tiered=False)) for meter in meters))
    meters = draw(st.sampled_from((meters, meters, ["compute_seconds"], ["requests", "compute_seconds"])))
    return Serverless(
        sku,
        "m",
        "r",
        tuple(draw(prices(meter)) for meter in meters),
        monthly_minimum=draw(st.sampled_from((Decimal(0), Decimal(0), Decimal(500)))),
        hourly_fee=draw(st.sampled_from((Decimal(0), Decimal(0), Decimal("0.35")))),
        limits=draw(st.sampled_from((Limits(), Limits(), Limits(5), Limits(None, 4000), Limits(None, None, 900)))),
        cold_start=draw(st.none() | COLD),
        warm_pool=draw(st.none() | st.builds(WarmPool, amounts("0.05", "3"), st.sampled_from((1, 4)))),
        speed=draw(st.none() | speeds()),
        instance_concurrency=draw(st.integers(1, 3)),
        isolation=draw(ISOLATION),
    )


@st.composite
def capacities(draw: st.DrawFn) -> Capacity:
    """Draw a small unit of either kind."""
    if draw(st.booleans()):
        slots = draw(st.integers(1, 4))
        return ConcurrencyCapacity(slots, draw(speeds(slots)))
    axes = draw(
        st.sampled_from(
            (
                ((("input_tokens", Decimal(1)), ("output_tokens", Decimal(6))),),
                ((("requests", Decimal(500)),), (("output_tokens", Decimal("2.5")),)),
                (
                    (("input_tokens", Decimal(1)), ("cached_input_tokens", Decimal("0.1"))),
                    (("output_tokens", Decimal(1)),),
                ),
            )
        )
    )
    budget = draw(amounts("200", "4000", places=1))
    seconds, leaky = draw(st.sampled_from(((10, False), (60, False), (10, True), (60, True))))
    return ThroughputCapacity(seconds, tuple(Axis(budget, weights) for weights in axes), leaky)  # type: ignore[arg-type]


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    """Draw a rate by the hour or by the month, committed ones with or without upfront."""
    term = draw(st.sampled_from((0, 0, 1, 12, 36)))
    upfront = draw(st.sampled_from((Decimal(0), Decimal(100)))) if term else Decimal(0)
    if draw(st.booleans()):
        return Rate(term, hourly=draw(amounts("0.5", "9")), upfront=upfront)
    if term and draw(st.booleans()):
        return Rate(0, hourly=draw(amounts("60", "1500")), upfront=upfront, term_days=7, per_hours=168)
    return Rate(term, monthly=draw(amounts("300", "6000", places=2)), upfront=upfront)


@st.composite
def dedicated(draw: st.DrawFn, sku: str) -> Dedicated:
    """Draw a dedicated offer; units are dear enough that only a few can pay."""
    minimum, increment = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    maximum = draw(st.none() | st.integers(minimum, 6))
    capacity = draw(capacities())
    scales = isinstance(capacity, ConcurrencyCapacity) and draw(st.booleans())
    return Dedicated(
        sku,
        "m",
        "r",
        tuple(draw(st.lists(rates(), min_size=1, max_size=2, unique=True))),
        capacity,
        Units(minimum, increment, maximum),
        start_seconds=draw(st.sampled_from((None, 30.0))),
        autoscale=Autoscale(draw(st.integers(0, min(2, maximum or 2))), 60.0) if scales else None,
        speed=draw(st.none() | speeds()),
        isolation=draw(ISOLATION),
    )


@st.composite
def markets(draw: st.DrawFn, *, plain: bool = False) -> list[Serverless | Dedicated]:
    """Draw one to three serverless offers and none to two dedicated ones."""
    offers: list[Serverless | Dedicated] = [
        draw(serverless(f"s{number}", plain=plain)) for number in range(draw(st.integers(1, 3)))
    ]
    return offers + [draw(dedicated(f"d{number}")) for number in range(draw(st.integers(0, 2)))]


LATENCIES = st.builds(
    LatencyPolicy,
    st.sampled_from(("first_token", "end_to_end")),
    st.sampled_from((50.0, 95.0)),
    st.sampled_from((None, 500.0, 5_000.0, 60_000.0)),
    st.booleans(),
    amounts("0", "0.5", places=2),
)

POLICIES = st.builds(
    Policy,
    margin=amounts("0", "0.3", places=2),
    simplicity_margin=amounts("0", "0.1", places=2),
    forecast=st.builds(
        ForecastPolicy, st.sampled_from((None, 0.5, 1.0, 3.0)), base_discount=st.sampled_from((0.0, 0.1))
    ),
    horizon=st.builds(
        HorizonPolicy,
        growth_per_month=st.sampled_from((Decimal(0), Decimal("0.2"), Decimal("-0.3"))),
        persistence_per_month=st.sampled_from((Decimal(1), Decimal("0.97"))),
    ),
    latency=st.just(LatencyPolicy()) | LATENCIES,
    isolation=st.builds(
        IsolationPolicy,
        st.sampled_from((IsolationNeeds(), IsolationNeeds(), IsolationNeeds(tenancy="dedicated"))),
        st.sampled_from((IsolationNeeds(), IsolationNeeds(version_pinning=True))),
        amounts("0", "500", places=2),
    ),
    hybrid=st.builds(
        HybridPolicy,
        st.sampled_from((1.0, 1.0, 0.6)),
        st.sampled_from((Decimal(0), Decimal(0), Decimal(100))),
        st.sampled_from((Decimal(0), Decimal(0), Decimal(40))),
    ),
    sufficiency=st.just(ANYWAY),
)
"""Policies with and without a latency target, needs, routing overhead and outages."""


@st.composite
def situations(draw: st.DrawFn, *, plain: bool = False) -> Situation:
    """Draw traffic, a market and a policy that fit each other, so that a few units are often worth having.

    A unit costs 1 to 60 % of what everything costs on the first serverless offer, and a budget takes an eighth of
    all traffic or more in a minute.
    """
    log, policy = draw(logs()), draw(POLICIES)
    offers = draw(markets(plain=plain))
    whole = _month_on(offers[0], log)
    return log, [_fitted(draw, o, whole, log) if isinstance(o, Dedicated) else o for o in offers], policy


def _month_on(offer: Serverless | Dedicated, log: RequestLog) -> Decimal:
    assert isinstance(offer, Serverless)
    assert log.start_us is not None
    assert log.end_us is not None
    month = Fraction(730 * HOUR, log.end_us - log.start_us)
    cached = int(log.cached_input_tokens.sum())
    output = int(log.output_tokens.sum())
    columns = (len(log.arrival_us), int(log.input_tokens.sum()) - cached, cached, output, 10_000 * output)
    return total(serverless_lines(offer, Usage(*(round(column * month) for column in columns))))


def _fitted(draw: st.DrawFn, offer: Dedicated, whole: Decimal, log: RequestLog) -> Dedicated:
    monthly = (whole * draw(st.integers(1, 40)) / 100).quantize(Decimal("0.01")) + 1
    rates = []
    for rate in offer.rates:
        cost = monthly * (100 - rate.term_months) / 100
        hourly = (cost / 730).quantize(Decimal("0.0001")) + 1
        rates.append(replace(rate, hourly=hourly) if rate.hourly is not None else replace(rate, monthly=cost))
    if isinstance(offer.capacity, ConcurrencyCapacity):
        return replace(offer, rates=tuple(dict.fromkeys(rates)))
    budget = (int(log.input_tokens.sum()) + int(log.output_tokens.sum())) // draw(st.integers(1, 8)) + 1
    axes = tuple(replace(axis, per_minute=Decimal(budget)) for axis in offer.capacity.axes)
    return replace(offer, rates=tuple(dict.fromkeys(rates)), capacity=replace(offer.capacity, axes=axes))


@st.composite
def close_rivals(draw: st.DrawFn) -> Situation:
    """Draw serverless offers of nearly the same bill, of which some are slow or cold, where slowness may decide.

    Units that are slow themselves serve some of the traffic.
    """
    log = crowd(draw(st.integers(0, 10**6)), 3600, 30)
    fast, slow = Speed(1e6, ((1, 1e4),)), Speed(1e6, ((1, 60.0),))
    offers: list[Serverless | Dedicated] = []
    for number in range(draw(st.integers(2, 5))):
        amount = Decimal("0.010") + draw(amounts("0", "0.004", places=4))
        offer = Serverless(
            f"s{number}",
            "m",
            "r",
            (Price("requests", amount, 1),),
            cold_start=draw(st.none() | st.just(ColdStart(60.0, 20.0))),
            warm_pool=draw(st.none() | st.builds(WarmPool, amounts("0.01", "0.1"), st.sampled_from((1, 4)))),
            speed=draw(st.sampled_from((fast, slow, slow, None))),
            isolation=draw(ISOLATION),
        )
        offers.append(offer)
    unit = ConcurrencyCapacity(draw(st.integers(1, 4)), Speed(1e5, ((1, draw(st.sampled_from((60.0, 1e4)))),)))
    offers.append(Dedicated("gpu", "m", "r", (Rate(0, hourly=draw(amounts("0.01", "0.1"))),), unit, Units(1, 1, 4)))
    value = draw(amounts("0", "0.01", places=4))
    latency = LatencyPolicy("end_to_end", 50.0, 5_000.0, draw(st.booleans()), value)
    needs = IsolationPolicy(preferred=IsolationNeeds(version_pinning=True), value_per_month=draw(amounts("0", "100")))
    return log, offers, draw(POLICIES.map(lambda policy: replace(policy, latency=latency, isolation=needs)))
