"""The rule's constants fitted on half of the tenants and checked on the other half, both ways.

The same decisions as `regret`, tenants halved by a hash of their names. Half-life and discounts are fitted by the fluid
bill of rolling decisions, the residuals of the coming level as quantiles of what they were; the other half is then
decided by the product itself with what was found. Rolling origins of every EVERY-th case (environment, default 4).
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from bench.regret import (
    BREAK_EVENS,
    BUCKET,
    FOLDER,
    Case,
    Decision,
    decided,
    lost,
    policy,
    report,
    rolling,
)
from service.workflow.compare.residuals import FARTHEST, spread_of
from service.workflow.policy import RESIDUAL_SHARES, ForecastPolicy, UncertaintyPolicy
from service.workflow.traffic import DAY, SECOND, Float64s

HALF_LIVES = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
BASES = (0.0, 0.05, 0.10, 0.15)
SLOPES = (0.0, 0.1, 0.2, 0.3, 0.4)
LARGEST = 0.4

SHIPPED = ForecastPolicy()

ENDLESS = 1e9
"""A half-life by which all days count alike."""

WEEK = ForecastPolicy(half_life_days=ENDLESS, base_discount=0.0, discount_per_volatility=0.0)


@dataclass(frozen=True)
class Past:
    """What a case's past says: spilled work a bucket by units and half-life, (units,), and how much days differ."""

    case: Case
    spilled: dict[float, Float64s]
    volatility: float
    level: float

    @classmethod
    def of(cls, case: Case) -> "Past":
        """Return the past of a case, days weighted by their age."""
        work = (case.before[:, 2] + 4.0 * case.before[:, 3]).astype(np.float64)
        ages = (case.before[-1, 0] + BUCKET - 1 - case.before[:, 0]) * SECOND // DAY
        sums, seen = np.bincount(ages, work), np.bincount(ages)
        days = np.divide(sums, seen, out=np.zeros(len(sums)), where=seen > 0)
        weights = np.where(seen > 0, 2.0 ** (-np.arange(len(days)) / SHIPPED.volatility_half_life_days), 0.0) * seen
        mean = float(weights @ days / weights.sum())
        volatility = float(np.sqrt(weights @ (days - mean) ** 2 / weights.sum())) / mean if mean else 1.0
        recent = np.exp2(-ages.astype(np.float64))
        most = int(np.ceil(max(work.max(), case.work.max()) / case.unit)) + 1
        spilled = {
            half_life: _spilled(
                work,
                np.asarray(np.exp2(-ages / half_life), np.float64),
                case.unit * np.arange(most + 1, dtype=np.float64),
            )
            for half_life in (*HALF_LIVES, ENDLESS)
        }
        return cls(case, spilled, volatility, float(recent @ work / recent.sum()))

    def units(self, asked: ForecastPolicy, break_even: float) -> int:
        """Return how many units cost least on the past."""
        discount = min(asked.largest_discount, asked.base_discount + asked.discount_per_volatility * self.volatility)
        spilled = self.spilled[asked.half_life_days or 1.0]
        reserved = np.arange(len(spilled)) * break_even * self.case.unit
        return int((reserved + (1 - discount) * spilled).argmin())

    def residual(self) -> float:
        """Return how far the week after was off the recent level, in spreads."""
        after = float(self.case.work.mean())
        ratio = np.log(after / self.level) if after and self.level else -np.inf
        return float(np.clip(ratio / spread_of(self.volatility, policy()), -FARTHEST, FARTHEST))


def _spilled(work: Float64s, weights: Float64s, limits: Float64s) -> Float64s:
    """Return the weighted mean of what is beyond each limit."""
    order = np.argsort(work, kind="stable")
    rising, counts = work[order], weights[order]
    whole = np.append(np.cumsum((rising * counts)[::-1])[::-1], 0.0)
    many = np.append(np.cumsum(counts[::-1])[::-1], 0.0)
    first = np.searchsorted(rising, limits, side="right")
    spilled: Float64s = (whole[first] - limits * many[first]) / weights.sum()
    return spilled


def half_of(name: str) -> int:
    """Return the half of a tenant: the first byte of a hash of its name, even or odd."""
    return hashlib.sha256(name.encode()).digest()[0] % 2


def regret_of(pasts: Sequence[Past], asked: ForecastPolicy, break_even: float) -> float:
    """Return the share of money lost against hindsight: fluid, hours observed."""
    bills = np.array([p.case.lost(p.units(asked, break_even), break_even, fair=True) for p in pasts]).sum(axis=0)
    return float(bills[0] / bills[1]) - 1


def fitted(pasts: Sequence[Past]) -> tuple[ForecastPolicy, UncertaintyPolicy]:
    """Return the constants that lose least, the mean over break-evens, and the residuals as they were."""
    grid = [
        replace(SHIPPED, half_life_days=half_life, base_discount=base, discount_per_volatility=slope)
        for half_life, base, slope in product(HALF_LIVES, BASES, SLOPES)
    ]
    best = min(grid, key=lambda asked: sum(regret_of(pasts, asked, even) for even in BREAK_EVENS))
    residuals = np.quantile([past.residual() for past in pasts], RESIDUAL_SHARES)
    return best, replace(UncertaintyPolicy(), residuals=tuple(round(float(value), 1) for value in residuals))


def said(asked: ForecastPolicy) -> str:
    """Name a forecast's constants."""
    return f"half-life {asked.half_life_days:g}, {asked.base_discount:.0%} + {asked.discount_per_volatility:g} v"


def main() -> None:
    """Print both halves: what was fitted on the one, and how it does on the other."""
    if not FOLDER.exists():
        print(f"  needs {FOLDER.parent.name}/{FOLDER.name} beside the checkout")
        return
    every = int(os.environ.get("EVERY", "4"))
    halves = [[Past.of(case) for case in rolling() if half_of(case.name) == half] for half in (0, 1)]
    found = [fitted(half) for half in halves]
    pooled: list[Decision] = []
    for half in (0, 1):
        unseen, (forecast, uncertain) = halves[half], found[1 - half]
        tenants = len({past.case.name for past in unseen})
        print(f"half {half}: {tenants} tenants, {len(unseen)} rolling decisions, not seen by the fit")
        print(f"  fitted on the others: {said(forecast)}; residuals {uncertain.residuals}")
        for name, asked in (("fitted", forecast), ("shipped", SHIPPED), ("cheapest on the week", WEEK)):
            figures = "  ".join(f"{regret_of(unseen, asked, even):6.1%}" for even in BREAK_EVENS)
            print(f"  money lost (fluid), {name:20s} {figures}")
        decisions = decided([past.case for past in unseen[::every]], replace(policy(forecast), uncertainty=uncertain))
        figures = "  ".join(f"{lost(decisions, even, fair=True):6.1%}" for even in BREAK_EVENS)
        print(f"  the product with what was fitted, of every {every}th case: money lost {figures}")
        report(decisions)
        pooled += decisions
    print("both halves, each by the constants of the other:")
    report(pooled)
