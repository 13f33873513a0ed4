"""Offers with every amount of money times a factor: a rate of exchange, or a change of prices that is tried."""

from dataclasses import replace
from decimal import Decimal

from service.workflow.metered_prices import Price
from service.workflow.offers import Dedicated, Offer, WarmPool
from service.workflow.rates import Rate


def scaled_offer(offer: Offer, factor: Decimal) -> Offer:
    """Return an offer all of whose amounts are times `factor`."""
    if isinstance(offer, Dedicated):
        return replace(offer, rates=tuple(scaled_rate(rate, factor) for rate in offer.rates))
    return replace(
        offer,
        prices=tuple(_price(price, factor) for price in offer.prices),
        monthly_minimum=offer.monthly_minimum * factor,
        hourly_fee=offer.hourly_fee * factor,
        warm_pool=_pool(offer.warm_pool, factor),
    )


def scaled_rate(rate: Rate, factor: Decimal) -> Rate:
    """Return a rate all of whose amounts are times `factor`."""
    return replace(
        rate,
        hourly=None if rate.hourly is None else rate.hourly * factor,
        monthly=None if rate.monthly is None else rate.monthly * factor,
        upfront=rate.upfront * factor,
        second=rate.second * factor,
        owned=tuple((name, amount * factor) for name, amount in rate.owned),
    )


def _price(price: Price, factor: Decimal) -> Price:
    tiers = tuple(replace(tier, amount=tier.amount * factor) for tier in price.tiers)
    conditional = tuple(replace(each, amount=each.amount * factor) for each in price.conditional)
    return replace(price, amount=price.amount * factor, tiers=tiers, conditional=conditional)


def _pool(pool: WarmPool | None, factor: Decimal) -> WarmPool | None:
    return None if pool is None else replace(pool, hourly=pool.hourly * factor)
