"""Lines: what each way costs as one price, rate or weight moves, as a factor on its present value."""

from decimal import Decimal

from service.workflow.bill import Billed, billed_quantity, tiered_lines, total
from service.workflow.compare.flip_points.envelopes import Hinge, Line
from service.workflow.compare.flip_points.way import Way
from service.workflow.metered_prices import Meter
from service.workflow.offers import Serverless

ZERO = Decimal(0)


def of_meter(way: Way, offer: Serverless, meter: Meter) -> Line:
    """Return a way's line over the offer's price of a meter, its tiers moving along."""
    parts = [_metered(billed, offer) for billed in way.billed]
    if not offer.monthly_minimum:
        return way.line(sum((part[meter] for part in parts), ZERO))
    hinges = (
        Hinge(sum(part.values(), ZERO) - part[meter], part[meter], offer.monthly_minimum * _share(billed))
        for part, billed in zip(parts, way.billed, strict=True)
    )
    return way.line(hinges=tuple(hinges))


def of_minimum(way: Way, offer: Serverless) -> Line:
    """Return a way's line over the offer's monthly minimum."""
    hinges = (
        Hinge(ZERO, offer.monthly_minimum * _share(billed), sum(_metered(billed, offer).values(), ZERO))
        for billed in way.billed
    )
    return way.line(hinges=tuple(hinges))


def _share(billed: Billed) -> Decimal:
    return Decimal(billed.share.numerator) / billed.share.denominator


def _metered(billed: Billed, offer: Serverless) -> dict[Meter, Decimal]:
    """Return the money of each meter in one part of what the offer bills a way."""
    share = _share(billed)
    return {
        price.meter: total(tiered_lines("", price, billed_quantity(offer, price, billed.usage))) * share
        for price in (billed.prices or offer).prices
    }
