"""Offers at other prices: every amount of the offers that a change names, times its factor."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from service.workflow.offers import Dedicated, Offer, Serverless
from service.workflow.rates import Rate
from service.workflow.scaled_prices import scaled_offer, scaled_rate


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
    if not isinstance(offer, Dedicated):
        return scaled_offer(offer, change.factor)
    rates = (scaled_rate(rate, change.factor) if change.covers(rate) else rate for rate in offer.rates)
    return replace(offer, rates=tuple(rates))
