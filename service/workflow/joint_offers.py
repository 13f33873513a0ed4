"""Joint offers: a share of every quantity billed by one serverless offer, the rest by another, as one offer.

bill = (1 − d) × bill of the first + d × bill of the second       (line by line, exact)
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from service.workflow.bill import blend, prices_cached_apart
from service.workflow.metered_prices import Meter, PartPrice, Price
from service.workflow.offers import Isolation, Limits, Serverless

JOINT = "~"
"""What stands between the names of the two."""


def joint(offer: Serverless, waiting: Serverless, share: Fraction) -> Serverless:
    """Return the offer with `share` of every quantity, from 0 to 1, at the prices of the one that waits.

    Its limits bind the rest; it promises what both do.
    """
    known = {price.meter for price in offer.prices}
    prices = list(offer.prices)
    prices += [Price(p.meter, Decimal(0), p.per) for p in waiting.prices if p.meter not in known and not _cached(p)]
    if prices_cached_apart(waiting) and not prices_cached_apart(offer):
        prices += [
            replace(price, meter="cached_input_tokens") for price in offer.prices if price.meter == "input_tokens"
        ]
    return replace(
        offer,
        sku=f"{offer.sku}{JOINT}{waiting.sku}",
        prices=tuple(_shared(price, waiting, share) for price in prices),
        hourly_fee=offer.hourly_fee + waiting.hourly_fee,
        limits=_limits(offer.limits, 1 - share),
        isolation=_isolation(offer.isolation, waiting.isolation),
        gpu=offer.gpu if offer.gpu == waiting.gpu else None,
        quantization=offer.quantization if offer.quantization == waiting.quantization else None,
        deferred_share=share,
    )


def price_of(offer: Serverless, meter: Meter) -> Price | None:
    """Return the price of a meter; of cached input without a price of its own, that of input; None without one."""
    known = {price.meter: price for price in offer.prices}
    return known.get(meter) or (known.get("input_tokens") if meter == "cached_input_tokens" else None)


def _cached(price: Price) -> bool:
    return price.meter == "cached_input_tokens"


def _shared(price: Price, waiting: Serverless, share: Fraction) -> Price:
    kept = tuple(replace(part, share=part.share * (1 - share)) for part in price.parts)
    theirs = price_of(waiting, price.meter)
    amount, per = (Decimal(0), price.per) if theirs is None else (theirs.amount, theirs.per)
    return blend(price.plain or price, (*kept, PartPrice(price.meter, share, amount, per)))


def _limits(limits: Limits, share: Fraction) -> Limits:
    """Return limits on all of the traffic that bind `share` of it as the given ones do."""
    names = ("requests", "tokens", "input_tokens", "all_input_tokens", "output_tokens")
    given = {f"{name}_per_minute": getattr(limits, f"{name}_per_minute") for name in names}
    scaled = {name: None if most is None else int(most / share) for name, most in given.items()}
    return Limits(**scaled, burst_seconds=limits.burst_seconds)


def _isolation(one: Isolation, other: Isolation) -> Isolation:
    """Return what both promise: processing stays where either's does, which is no promise where one makes none."""
    both = one.residency and other.residency
    return Isolation(
        tenancy="dedicated" if one.tenancy == other.tenancy == "dedicated" else "shared",
        version_pinning=one.version_pinning and other.version_pinning,
        residency=tuple(sorted({*one.residency, *other.residency})) if both else (),
        certifications=tuple(sorted({*one.certifications} & {*other.certifications})),
    )
