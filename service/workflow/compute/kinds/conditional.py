"""Prices that hold for some requests only, on a part of the traffic: which requests spilled decides what they cost."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from service.workflow.bill import blend, prices_cached_apart
from service.workflow.compute.case import Case
from service.workflow.metered_prices import PartPrice, Price
from service.workflow.offers import Offer, Serverless
from service.workflow.replay.compiled import kernel
from service.workflow.traffic import Int64s, UInt8s

COLUMNS = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")
"""Meters in the order of the sums by class."""


@kernel
def _sums(mask: UInt8s, classes: Int64s, uncached: Int64s, cached: Int64s, output: Int64s, sums: Int64s) -> None:
    """Add up requests and tokens of the flagged by class; sums: shape (classes, 4)."""
    for i in range(len(mask)):
        if mask[i]:
            number = classes[i]
            sums[number, 0] += 1
            sums[number, 1] += uncached[i]
            sums[number, 2] += cached[i]
            sums[number, 3] += output[i]


def is_conditional(offer: Serverless) -> bool:
    """Whether a price of the offer depends on the request."""
    return any(price.conditional for price in offer.prices)


def offer_for(case: Case, offer: Serverless, mask: UInt8s) -> Serverless:
    """Return the offer with its conditional prices blended for the requests that `mask` (uint8, shape (n,)) marks.

    As it is where no price depends on the request, and where entries are whole buckets, which are split evenly.
    """
    if not case.has_requests or not is_conditional(offer):
        return offer
    known: dict[object, Int64s] = {}
    for price in offer.prices:
        if price.conditions and price.conditions not in known:
            known[price.conditions] = _class_sums(case, price, mask)
    apart = prices_cached_apart(offer)
    prices = (
        _blended(price, known[price.conditions], cached_too=not apart) if price.conditions else price
        for price in offer.prices
    )
    return replace(offer, prices=tuple(prices))


def offers_for(case: Case, offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """Return offers with their conditional prices blended for all requests of a case, another than the window's."""
    everything = np.ones(len(case.arrivals), np.uint8)
    return tuple(offer_for(case, offer, everything) if isinstance(offer, Serverless) else offer for offer in offers)


def _class_sums(case: Case, price: Price, mask: UInt8s) -> Int64s:
    arrivals, classes = case.arrivals, case.classes_of(price.conditions)
    sums = np.zeros((len(price.conditions) + 1, 4), np.int64)
    _sums(mask, classes, arrivals.uncached, arrivals.cached, arrivals.output, sums)
    return sums


def _blended(price: Price, sums: Int64s, *, cached_too: bool) -> Price:
    """Blend a price anew: parts by meter keep their shares of the window, conditions get those of these requests."""
    plain = price.plain or price
    counts = [int(count) for count in sums[:, COLUMNS.index(price.meter)]]
    if price.meter == "input_tokens" and cached_too:
        counts = [count + int(cached) for count, cached in zip(counts, sums[:, 2], strict=True)]
    whole = sum(counts)
    if not whole:
        return price
    parts = [part for part in price.parts if part.meter != price.meter or part.condition is None]
    rest = Fraction(1) - sum((part.share for part in parts), Fraction(0))
    parts += [
        PartPrice(price.meter, rest * Fraction(count, whole), each.amount, price.per, each.condition)
        for count, each in zip(counts[1:], plain.conditional, strict=True)
        if count
    ]
    return blend(plain, tuple(parts))
