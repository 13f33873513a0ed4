"""Dominance: offers that another one, alike in everything else, undercuts can never be chosen."""

from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal

from service.workflow.compute.option import Reservation
from service.workflow.offers import METERS, Dedicated, Rate, Serverless


def undominated(offers: Sequence[Serverless]) -> list[Serverless]:
    """Return serverless offers without those that an offer of the same kind undercuts, or equals, on every meter.

    Offers with tiers or a monthly minimum are kept as they are. Of equals the first by sku stays.
    """
    kept: list[Serverless] = []
    for offer in sorted(offers, key=lambda offer: (*_flat_prices(offer), offer.sku)):
        if not _is_flat(offer) or not any(_undercuts(other, offer) for other in kept):
            kept.append(offer)
    return sorted(kept, key=lambda offer: offer.sku)


def _undercuts(other: Serverless, offer: Serverless) -> bool:
    pairs = zip(_flat_prices(other), _flat_prices(offer), strict=True)
    return _is_flat(other) and _kind(other) == _kind(offer) and all(a <= b for a, b in pairs)


def _is_flat(offer: Serverless) -> bool:
    return not offer.monthly_minimum and not any(price.tiers for price in offer.prices)


def _flat_prices(offer: Serverless) -> tuple[Decimal, ...]:
    amounts = {price.meter: price.amount / price.per for price in offer.prices}
    amounts.setdefault("cached_input_tokens", amounts.get("input_tokens", Decimal(0)))
    return tuple(amounts.get(meter, Decimal(0)) for meter in METERS)


def _kind(offer: Serverless) -> tuple[Hashable, ...]:
    promises = (offer.isolation, offer.gpu, offer.quantization)
    return (offer.limits, offer.cold_start, offer.warm_pool, offer.speed, offer.instance_concurrency, *promises)


def cheapest_rates(offers: Iterable[Dedicated], max_term_months: int) -> set[str]:
    """Return the labels of the rates that no offer with the same units undercuts, on demand and committed apart."""
    best: dict[tuple[Hashable, ...], tuple[Decimal, str]] = {}
    for offer in offers:
        for rate in offer.rates:
            if rate.term_months > max_term_months:
                continue
            unit = Reservation(offer, rate, 1)
            kind = _unit_kind(offer, rate)
            best[kind] = min(best.get(kind, (Decimal("Infinity"), "")), (unit.monthly, unit.label))
    return {label for _, label in best.values()}


def _unit_kind(offer: Dedicated, rate: Rate) -> tuple[Hashable, ...]:
    promises = (offer.isolation, offer.gpu, offer.quantization)
    runs = (offer.capacity, offer.units, offer.speed, offer.start_seconds, offer.autoscale)
    return (*runs, *promises, rate.term_months > 0, rate.hourly is None)
