"""Dominance: offers that another one, alike in everything else, undercuts can never be chosen."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.workflow.metered_prices import METERS
from service.workflow.offers import Dedicated, Offer, Serverless
from service.workflow.options import Reservation
from service.workflow.policy import Policy
from service.workflow.rates import Rate


@dataclass(frozen=True, slots=True)
class _Contender:
    """A serverless offer with what decides dominance, worked out once: unit prices by meter, the fee, its kind."""

    offer: Serverless
    prices: tuple[Decimal, ...]
    kind: tuple[Hashable, ...]
    flat: bool

    def undercuts(self, other: "_Contender") -> bool:
        """Whether nothing about the other offer is better, and no price of it lower."""
        pairs = zip(self.prices, other.prices, strict=True)
        return self.flat and self.kind == other.kind and all(mine <= theirs for mine, theirs in pairs)


def contenders(offers: Sequence[Offer], policy: Policy) -> list[Offer]:
    """Return the offers that a recommendation could name, and those that the incumbent's key may mean.

    Whatever the traffic, the others are undercut: deciding on many kinds of it, they can be left out once.
    """
    kept = {offer.sku for offer in undominated([offer for offer in offers if isinstance(offer, Serverless)])}
    dedicated = [offer for offer in offers if isinstance(offer, Dedicated)]
    labels = cheapest_rates(dedicated, policy.max_term_months)
    kept |= {o.sku for o in dedicated if any(Reservation(o, rate, 1).label in labels for rate in o.rates)}
    return [offer for offer in offers if offer.sku in kept or offer.sku in (policy.incumbent or "")]


def undominated(offers: Sequence[Serverless]) -> list[Serverless]:
    """Return serverless offers without those that an offer of the same kind undercuts, or equals, on every meter.

    Offers with tiers, conditional amounts or a monthly minimum are kept as they are. Of equals the first by sku stays.
    """
    kept: list[_Contender] = []
    contenders = (_contender(offer) for offer in offers)
    for contender in sorted(contenders, key=lambda c: (*c.prices, c.offer.sku)):
        if not contender.flat or not any(other.undercuts(contender) for other in kept):
            kept.append(contender)
    return sorted((contender.offer for contender in kept), key=lambda offer: offer.sku)


def _contender(offer: Serverless) -> _Contender:
    amounts = {price.meter: price.amount / price.per for price in offer.prices}
    amounts.setdefault("cached_input_tokens", amounts.get("input_tokens", Decimal(0)))
    prices = (*(amounts.get(meter, Decimal(0)) for meter in METERS), offer.hourly_fee)
    runs = (offer.limits, offer.cold_start, offer.warm_pool, offer.speed, offer.instance_concurrency)
    promises = (offer.isolation, offer.gpu, offer.quantization)
    flat = not offer.monthly_minimum and not any(price.tiers or price.conditional for price in offer.prices)
    return _Contender(offer, prices, (*runs, *promises), flat)


def cheapest_rates(offers: Iterable[Dedicated], max_term_months: int) -> set[str]:
    """Return the labels of the rates that no offer with the same units undercuts, each term apart."""
    best: dict[tuple[Hashable, ...], tuple[Decimal, str]] = {}
    for offer in offers:
        for rate in offer.rates:
            if rate.months > max_term_months:
                continue
            unit = Reservation(offer, rate, 1)
            kind = _unit_kind(offer, rate)
            best[kind] = min(best.get(kind, (Decimal("Infinity"), "")), (unit.monthly, unit.label))
    return {label for _, label in best.values()}


def _unit_kind(offer: Dedicated, rate: Rate) -> tuple[Hashable, ...]:
    promises = (offer.isolation, offer.gpu, offer.quantization)
    runs = (offer.capacity, offer.units, offer.speed, offer.start_seconds, offer.autoscale)
    return (*runs, *promises, rate.term, rate.hourly is None, rate.per_hours, rate.second)
