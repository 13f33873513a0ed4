"""Offers, policies and cases as a test would say them."""

# ruff: noqa: ANN401 - what an offer may be told besides is the offer's own business

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

from service.workflow.compute.case import Case
from service.workflow.compute.compute import Computed, compute, with_incumbent
from service.workflow.compute.redecide import as_measured, case_of
from service.workflow.metered_prices import Meter, Price
from service.workflow.offers import (
    Axis,
    ConcurrencyCapacity,
    Dedicated,
    Offer,
    Serverless,
    Speed,
    ThroughputCapacity,
    Units,
)
from service.workflow.options import Option
from service.workflow.policy import Policy, SufficiencyPolicy
from service.workflow.rates import Rate
from service.workflow.rule import choose, margins_of
from service.workflow.traffic import TrafficHistory

ANYWAY = SufficiencyPolicy(allow_provisional=True)
"""Small histories are never representative."""

TENTH = Decimal("0.10")

MEASURED = as_measured(Policy(simplicity_margin=TENTH))
"""What is expected is what was measured, and whatever is less simple must save a tenth: figures one can work out."""

PROVISIONAL = replace(MEASURED, sufficiency=ANYWAY)

MILLION = 1_000_000

EXECUTOR = ThreadPoolExecutor(1)
"""One thread, for as long as the tests run."""

UNEVEN = ConcurrencyCapacity(2, Speed(1000.0, ((1, 100.0), (2, 60.0))))
"""Two slots: 100 tokens a second alone, 60 each for two."""


def token_offer(sku: str = "tok", into: str = "0.60", out: str = "2.40", **more: Any) -> Serverless:
    """Return an offer billed per million tokens."""
    prices = (Price("input_tokens", Decimal(into), MILLION), Price("output_tokens", Decimal(out), MILLION))
    return Serverless(sku, "m", "us", more.pop("prices", prices), **more)


def request_offer(sku: str = "req", amount: str = "0.01", per: int = 1, **more: Any) -> Serverless:
    """Return an offer billed per request."""
    return Serverless(sku, "m", "us", (Price("requests", Decimal(amount), per),), **more)


def rate(hourly: str, term: int = 0, upfront: str = "0") -> Rate:
    """Return an hourly rate."""
    return Rate(term, hourly=Decimal(hourly), upfront=Decimal(upfront))


def gpu_offer(
    sku: str = "gpu",
    *rates: Rate,
    capacity: ConcurrencyCapacity = UNEVEN,
    units: Units = Units(1, 1, 32),  # noqa: B008 - a frozen value
    **more: Any,
) -> Dedicated:
    """Return a dedicated offer with continuous batching, by default one rate of 4.00 an hour."""
    return Dedicated(sku, "m", "us", rates or (rate("4.00"),), capacity, units, **more)


def budget(per_minute: str, window: int = 60, **weights: str) -> ThroughputCapacity:
    """Return a throughput capacity of one axis; weights by meter."""
    return ThroughputCapacity(window, (axis(per_minute, **weights),))


def axis(per_minute: str, **weights: str) -> Axis:
    """Return one axis; weights by meter."""
    named: list[tuple[Meter, Decimal]] = [(name, Decimal(weight)) for name, weight in weights.items()]  # type: ignore[misc]
    return Axis(Decimal(per_minute), tuple(named))


def ptu_offer(
    sku: str = "ptu", *rates: Rate, capacity: ThroughputCapacity, units: Units | None = None, **more: Any
) -> Dedicated:
    """Return an offer of provisioned throughput, by default 1.00 a unit and hour."""
    return Dedicated(sku, "m", "us", rates or (rate("1.00"),), capacity, units or Units(), unit="ptu", **more)


def computed(history: TrafficHistory, offers: Sequence[Offer], policy: Policy = PROVISIONAL) -> tuple[Case, Computed]:
    """Measure and compute."""
    case = case_of(history, policy, offers)
    return case, with_incumbent(compute(case, offers, EXECUTOR), case, offers)


def options_of(history: TrafficHistory, offers: Sequence[Offer], policy: Policy = PROVISIONAL) -> dict[str, Option]:
    """Return every option by its key."""
    return {option.key: option for option in computed(history, offers, policy)[1].options}


def only(options: dict[str, Option], mode: str) -> Option:
    """Return the one option of a mode."""
    (option,) = (option for option in options.values() if option.mode == mode)
    return option


def chosen(history: TrafficHistory, offers: Sequence[Offer], policy: Policy = PROVISIONAL) -> Option | None:
    """Return what the decision rule takes."""
    standing = [o for o in options_of(history, offers, policy).values() if o.eligible and not o.ruled_out]
    return choose(standing, margins_of(policy), policy.incumbent)
