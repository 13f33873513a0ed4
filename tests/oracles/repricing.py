"""Markets at other prices and policies at other weights: what a flip point claims, tried out."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from service.workflow.compare.flip_points import FlipPoint
from service.workflow.metered_prices import Price
from service.workflow.offers import Dedicated, Offer, Serverless
from service.workflow.options import Reservation
from service.workflow.policy import Policy
from service.workflow.rates import Rate


def moved(offers: Sequence[Offer], policy: Policy, point: FlipPoint, factor: Decimal) -> tuple[list[Offer], Policy]:
    """Return the market and the policy with what a flip point names at `factor` times its present value."""
    if point.kind == "weight":
        return list(offers), _weighted(policy, point.name, factor)
    if point.kind == "price":
        return [_priced(o, point.name, factor) if isinstance(o, Serverless) else o for o in offers], policy
    return [_rated(o, point.name, factor) if isinstance(o, Dedicated) else o for o in offers], policy


def _weighted(policy: Policy, name: str, factor: Decimal) -> Policy:
    if name == "latency.weight":
        return replace(policy, latency=replace(policy.latency, weight=policy.latency.weight * factor))
    return replace(policy, isolation=replace(policy.isolation, weight=policy.isolation.weight * factor))


def _priced(offer: Serverless, name: str, factor: Decimal) -> Serverless:
    if name == f"{offer.sku}.monthly_minimum":
        return replace(offer, monthly_minimum=offer.monthly_minimum * factor)
    if name == f"{offer.sku}.warm_pool" and offer.warm_pool is not None:
        return replace(offer, warm_pool=replace(offer.warm_pool, hourly=offer.warm_pool.hourly * factor))
    prices = (_times(p, factor) if name == f"{offer.sku}.{p.meter}" else p for p in offer.prices)
    return replace(offer, prices=tuple(prices))


def _times(price: Price, factor: Decimal) -> Price:
    tiers = tuple(replace(tier, amount=tier.amount * factor) for tier in price.tiers)
    return replace(price, amount=price.amount * factor, tiers=tiers)


def _rated(offer: Dedicated, name: str, factor: Decimal) -> Dedicated:
    named = {Reservation(offer, rate, 1).label: rate for rate in offer.rates}
    moved = {label: _dearer(rate, factor) if label == name else rate for label, rate in named.items()}
    for label, rate in named.items():
        if f"{label}.upfront" == name:
            moved[label] = replace(rate, upfront=rate.upfront * factor)
    return replace(offer, rates=tuple(moved.values()))


def _dearer(rate: Rate, factor: Decimal) -> Rate:
    if rate.hourly is not None:
        return replace(rate, hourly=rate.hourly * factor)
    return replace(rate, monthly=rate.monthly_per_unit * factor)
