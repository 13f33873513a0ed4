"""Lines: what each way costs as one price, rate or weight moves, as a factor on its present value."""

from decimal import Decimal

from service.workflow.compare.flip_points.lines import Hinge, Line
from service.workflow.compare.flip_points.ways import Way
from service.workflow.compute.bill import billed_quantity, tiered_lines, total
from service.workflow.offers import Meter, Serverless

ZERO = Decimal(0)


def of_meter(way: Way, offer: Serverless, meter: Meter) -> Line:
    """Return a way's line over the offer's price of a meter, its tiers moving along."""
    parts = [_metered(way, number, offer) for number in range(len(way.billed))]
    if not offer.monthly_minimum:
        return way.line(sum((part[meter] for part in parts), ZERO))
    hinges = (
        Hinge(sum(part.values(), ZERO) - part[meter], part[meter], offer.monthly_minimum * share)
        for part, share in zip(parts, _shares(way), strict=True)
    )
    return way.line(hinges=tuple(hinges))


def of_minimum(way: Way, offer: Serverless) -> Line:
    """Return a way's line over the offer's monthly minimum."""
    parts = (sum(_metered(way, number, offer).values(), ZERO) for number in range(len(way.billed)))
    pairs = zip(parts, _shares(way), strict=True)
    return way.line(hinges=tuple(Hinge(ZERO, offer.monthly_minimum * share, part) for part, share in pairs))


def _shares(way: Way) -> list[Decimal]:
    return [Decimal(billed.share.numerator) / billed.share.denominator for billed in way.billed]


def _metered(way: Way, number: int, offer: Serverless) -> dict[Meter, Decimal]:
    """Return the money of each meter in one part of what the offer bills a way."""
    usage, share = way.billed[number].usage, _shares(way)[number]
    return {
        price.meter: total(tiered_lines("", price, billed_quantity(offer, price, usage))) * share
        for price in offer.prices
    }
