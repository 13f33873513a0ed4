"""Fourteen situations that an expert would try first: generated traffic, small markets, and what is asked."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np

from service.workflow.evaluate import Evaluation, evaluate
from service.workflow.metered_prices import Tier
from service.workflow.offers import ColdStart, ConcurrencyCapacity, Isolation, Offer, Speed, WarmPool
from service.workflow.policy import HorizonPolicy, IsolationNeeds, IsolationPolicy, LatencyPolicy, Policy
from service.workflow.rates import Rate
from service.workflow.traffic import SECOND, RequestLog
from tests.histories import MONDAY, ints
from tests.markets import gpu_offer, token_offer

DAY_SECONDS, WEEK_SECONDS = 86_400, 7 * 86_400

PROMPT, ANSWER = 1000, 300
"""Tokens of every request."""

SPEED = Speed(20_000.0, ((1, 90.0), (8, 60.0), (32, 35.0)))
"""A GPU that reads 20,000 tokens a second and writes 35 to each of 32 at once."""

GPU = ConcurrencyCapacity(32, SPEED)

SHARED = Isolation()

FAST = Speed(40_000.0, ((1, 120.0),))
"""Tokens as they are sold by the million: quick, and the same for everybody."""


def requests(seconds: np.ndarray, weeks: int = 1, tokens: tuple[int, int] = (PROMPT, ANSWER)) -> RequestLog:
    """Return a log of whole weeks with requests at some seconds."""
    times = MONDAY + (np.sort(seconds) * SECOND).astype(np.int64)
    ones = ints([1] * len(times))
    end = MONDAY + weeks * WEEK_SECONDS * SECOND
    return RequestLog(times, ones * tokens[0], ones * 0, ones * tokens[1], start_us=MONDAY, end_us=end)


def poisson(per_minute: float, seed: int, weeks: int = 1) -> np.ndarray:
    """Return the seconds of a Poisson process of a constant rate."""
    random, span = np.random.default_rng(seed), weeks * WEEK_SECONDS
    return random.uniform(0, span, random.poisson(per_minute * span / 60))


def within(seconds: np.ndarray, begin: int, end: int) -> np.ndarray:
    """Return those between two hours of their day."""
    hour = seconds % DAY_SECONDS / 3600
    return seconds[(hour >= begin) & (hour < end)]


def tokens(sku: str = "tokens", into: str = "0.60", out: str = "2.40", **more: object) -> Offer:
    """Return tokens by the million."""
    return token_offer(sku, into, out, **{"speed": FAST, **more})


def gpu(*rates: Rate, capacity: ConcurrencyCapacity = GPU, isolation: Isolation = SHARED) -> Offer:
    """Return a GPU, by default 2.90 an hour on demand, 1.95 for a year and 1.45 for three."""
    standard = (hourly("2.90"), hourly("1.95", 12), hourly("1.45", 36))
    return gpu_offer("gpu", *(rates or standard), capacity=capacity, isolation=isolation)


def hourly(amount: str, term: int = 0) -> Rate:
    """Return an hourly rate of a term of months."""
    return Rate(term, hourly=Decimal(amount))


@dataclass(frozen=True)
class Scenario:
    """Traffic, what is on offer, and the policy beyond its defaults."""

    traffic: RequestLog
    offers: tuple[Offer, ...]
    policy: Policy = field(default_factory=Policy)

    def evaluated(self, **asked: object) -> Evaluation:
        """Evaluate it, with another policy where one is asked for."""
        return evaluate(self.traffic, self.offers, replace(self.policy, **asked), threads=1)  # type: ignore[arg-type]


COLD = ColdStart(idle_seconds=300, start_seconds=15)
POOL = WarmPool(Decimal("1.20"))

STEADY = requests(poisson(45, seed=3))
"""45 requests a minute at all hours."""

BATCHES = np.concatenate([6 * DAY_SECONDS + week * WEEK_SECONDS + np.arange(20_000) * 0.36 for week in (0, 1)])
"""20,000 requests in the first two hours of two Sundays."""

BUSY = requests(poisson(20, seed=13))
"""20 requests a minute: what keeps most of two small GPUs busy."""

SMALL = ConcurrencyCapacity(2, Speed(1500.0, ((1, 60.0), (2, 35.0))))
"""A GPU that reads 1,500 tokens a second and writes 35 to each of two at once."""

DEAR = gpu(hourly("5.80"), hourly("4.00", 12), hourly("2.90", 36))
"""A GPU for 4,234 a month on demand, 2,920 for a year and 2,117 for three."""

MUCH = replace(Policy(), max_term_months=36)

SCENARIOS: dict[str, Callable[[], Scenario]] = {
    "C1": lambda: Scenario(requests(poisson(200 / 10_080, seed=1)), (tokens(cold_start=COLD), gpu())),
    "C2": lambda: Scenario(requests(np.arange(7) * DAY_SECONDS + 36_000.0), (tokens(cold_start=COLD), gpu())),
    "C3": lambda: Scenario(STEADY, (tokens("tokens", "0.50", "2.00"), DEAR)),
    "C4": lambda: Scenario(requests(BATCHES, weeks=2), (tokens(), gpu())),
    "C5": lambda: Scenario(requests(within(poisson(40, seed=5), 0, 6)), (tokens(), gpu())),
    "C6": lambda: Scenario(
        requests(poisson(20, seed=6)),
        (tokens(), gpu()),
        replace(Policy(), horizon=HorizonPolicy(growth_per_month=Decimal("0.20"))),
    ),
    "C7": lambda: Scenario(
        requests(within(poisson(0.2, seed=7), 8, 18)),
        (tokens(cold_start=COLD, warm_pool=POOL), gpu()),
        replace(Policy(), latency=LatencyPolicy(target_ms=1500, strict=True)),
    ),
    "C8": lambda: Scenario(
        requests(poisson(1, seed=8)),
        (tokens(), gpu(hourly("3.90", 12), isolation=Isolation(residency=("eu",)))),
        replace(Policy(), isolation=IsolationPolicy(required=IsolationNeeds(residency=("eu",)))),
    ),
    "C9": lambda: Scenario(
        STEADY, (tokens("tokens", "0.50", "2.00"), DEAR), replace(Policy(), incumbent="dedicated:gpu@0x3")
    ),
    "C10": lambda: Scenario(
        STEADY,
        (tokens("tokens", "0.50", "2.00"), DEAR),
        replace(MUCH, horizon=HorizonPolicy(months=36, growth_per_month=Decimal("-0.10"))),
    ),
    "C11": lambda: Scenario(requests(poisson(2, seed=11)), (tokens("plain"), free_tier())),
    "C12": lambda: Scenario(STEADY, (tokens(), tokens("slip", "0.0000006", "0.0000024"), gpu())),
    "C13": lambda: Scenario(
        BUSY,
        (
            tokens("tokens", "2.40", "9.60"),
            gpu(hourly("1.0002", 1), hourly("1.0001", 12), hourly("1.0000", 36), capacity=SMALL),
        ),
        MUCH,
    ),
    "C14": lambda: Scenario(
        BUSY,
        (tokens("tokens", "2.40", "9.60"), gpu(hourly("1.00"), hourly("0.70", 12), capacity=SMALL)),
        replace(Policy(), horizon=HorizonPolicy(growth_per_month=Decimal("-0.30"))),
    ),
}


def free_tier() -> Offer:
    """Return tokens of which the first 20 million of each kind are free, dearer afterwards."""
    paid = token_offer("free", "0.80", "3.20", speed=FAST)
    prices = tuple(replace(price, amount=Decimal(0), tiers=(Tier(20_000_000, price.amount),)) for price in paid.prices)
    return replace(paid, prices=prices)
