"""Small markets and small traffic, drawn so that every kind of offer is sometimes the best one."""

from decimal import Decimal

from hypothesis import strategies as st

from service.workflow.offers import (
    Autoscale,
    Axis,
    Capacity,
    ColdStart,
    ConcurrencyCapacity,
    Dedicated,
    Isolation,
    Limits,
    Price,
    Rate,
    Serverless,
    Speed,
    ThroughputCapacity,
    Tier,
    Units,
    WarmPool,
)
from service.workflow.policy import HybridPolicy, IsolationNeeds, IsolationPolicy, LatencyPolicy, Policy
from service.workflow.policy import SufficiencyPolicy as Sufficiency
from service.workflow.traffic import SECOND, RequestLog
from tests.histories import MONDAY, ints

ANYWAY = Sufficiency(allow_provisional=True)
"""Small histories are never representative."""


def amounts(low: str, high: str, places: int = 4) -> st.SearchStrategy[Decimal]:
    """Draw money."""
    return st.decimals(Decimal(low), Decimal(high), places=places)


@st.composite
def logs(draw: st.DrawFn, most: int = 30) -> RequestLog:
    """Draw a log with bursts and silences over a minute to three hours, observed in full."""
    span = draw(st.sampled_from((60, 600, 3600, 7000, 10_800)))
    centres = draw(st.lists(st.integers(0, span - 1), min_size=1, max_size=4))
    moments = st.tuples(st.sampled_from(centres), st.sampled_from((0, 1, 20, 400)), st.integers(0, SECOND - 1))
    drawn = draw(st.lists(moments, min_size=2, max_size=most))
    times = sorted(min((centre + offset) % span * SECOND + us, span * SECOND - 1) for centre, offset, us in drawn)
    tokens = st.tuples(st.integers(0, 2000), st.integers(0, 500), st.integers(1, 900))
    rows = draw(st.lists(tokens, min_size=len(times), max_size=len(times)))
    return RequestLog(
        ints([MONDAY + time for time in times]),
        ints([uncached + cached for uncached, cached, _ in rows]),
        ints([cached for _, cached, _ in rows]),
        ints([output for _, _, output in rows]),
        start_us=MONDAY,
        end_us=MONDAY + span * SECOND,
    )


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
        limits=draw(st.sampled_from((Limits(), Limits(), Limits(5), Limits(None, 4000)))),
        cold_start=draw(st.none() | COLD),
        warm_pool=draw(st.none() | st.builds(WarmPool, amounts("0.05", "3"), st.just(4))),
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
    return ThroughputCapacity(draw(st.sampled_from((10, 60))), tuple(Axis(budget, weights) for weights in axes))  # type: ignore[arg-type]


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    """Draw a rate by the hour or by the month, committed ones with or without upfront."""
    term = draw(st.sampled_from((0, 0, 1, 12, 36)))
    upfront = draw(st.sampled_from((Decimal(0), Decimal(100)))) if term else Decimal(0)
    if draw(st.booleans()):
        return Rate(term, hourly=draw(amounts("0.5", "9")), upfront=upfront)
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
        st.sampled_from((Decimal(0), Decimal(0), Decimal(2))),
    ),
    sufficiency=st.just(ANYWAY),
)
"""Policies with and without a latency target, needs, routing overhead and outages."""
