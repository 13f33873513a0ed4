"""Offers at other prices: every amount of the offers that a change names, times its factor."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from service.workflow.offers import Dedicated, Offer, Price, Rate, Serverless, WarmPool


@dataclass(frozen=True, slots=True)
class PriceChange:
    """`factor` times the prices of the offers that fit every word that is not None.

    term_months: only the rates of that term, 0 for on demand; serverless offers have none and do not fit.
    """

    factor: Decimal
    mode: str | None = None
    provider: str | None = None
    sku: str | None = None
    term_months: int | None = None

    def fits(self, offer: Offer) -> bool:
        """Tell whether the change touches an offer."""
        mode = "serverless" if isinstance(offer, Serverless) else "dedicated"
        named = ((self.mode, mode), (self.provider, offer.provider), (self.sku, offer.sku))
        if any(asked is not None and asked != found for asked, found in named):
            return False
        return self.term_months is None or any(self.covers(rate) for rate in _rates(offer))

    def covers(self, rate: Rate) -> bool:
        """Tell whether the change touches a rate of an offer that it fits."""
        return self.term_months is None or (rate.term_months == self.term_months and not rate.term_days)


def repriced(offers: Sequence[Offer], changes: Sequence[PriceChange]) -> tuple[Offer, ...]:
    """Return the offers after the changes, one after the other."""
    result = tuple(offers)
    for change in changes:
        result = tuple(_changed(offer, change) if change.fits(offer) else offer for offer in result)
    return result


def _rates(offer: Offer) -> tuple[Rate, ...]:
    return offer.rates if isinstance(offer, Dedicated) else ()


def _changed(offer: Offer, change: PriceChange) -> Offer:
    if isinstance(offer, Dedicated):
        rates = (_rate(rate, change.factor) if change.covers(rate) else rate for rate in offer.rates)
        return replace(offer, rates=tuple(rates))
    return replace(
        offer,
        prices=tuple(_price(price, change.factor) for price in offer.prices),
        monthly_minimum=offer.monthly_minimum * change.factor,
        hourly_fee=offer.hourly_fee * change.factor,
        warm_pool=_pool(offer.warm_pool, change.factor),
    )


def _rate(rate: Rate, factor: Decimal) -> Rate:
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
