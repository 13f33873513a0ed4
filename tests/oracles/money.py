"""Bills in fractions, written apart from the product: no decimal, no rounding, no shared helper."""

from collections.abc import Mapping
from fractions import Fraction

from service.workflow.bill import Usage
from service.workflow.metered_prices import Price
from service.workflow.offers import Serverless
from service.workflow.rates import Rate


def quantities_of(offer: Serverless, usage: Usage) -> dict[str, Fraction]:
    """Return what each price of an offer applies to; cached input counts as input where it has no price of its own."""
    apart = "cached_input_tokens" in {price.meter for price in offer.prices}
    return {
        "input_tokens": Fraction(usage.uncached if apart else usage.uncached + usage.cached),
        "cached_input_tokens": Fraction(usage.cached),
        "output_tokens": Fraction(usage.output),
        "requests": Fraction(usage.requests),
        "compute_seconds": Fraction(usage.compute_us, 1_000_000),
    }


def metered(price: Price, quantity: Fraction) -> Fraction:
    """Return a price's bill: the integral of the marginal price from 0 to the quantity."""
    steps = [(Fraction(0), Fraction(price.amount)), *((Fraction(t.above), Fraction(t.amount)) for t in price.tiers)]
    bill = Fraction(0)
    for number, (start, amount) in enumerate(steps):
        end = steps[number + 1][0] if number + 1 < len(steps) else quantity
        bill += max(Fraction(0), min(end, quantity) - start) * amount / price.per
    return bill


def bill(offer: Serverless, quantities: Mapping[str, Fraction]) -> Fraction:
    """Return a month's bill, the minimum and the fee of 730 hours included."""
    return 730 * Fraction(offer.hourly_fee) + max(
        sum((metered(price, quantities[price.meter]) for price in offer.prices), Fraction(0)),
        Fraction(offer.monthly_minimum),
    )


def reserved(rate: Rate, units: int) -> Fraction:
    """Return what units cost a month of 730 hours, the upfront spread over the term."""
    monthly = Fraction(rate.monthly or 0)
    if rate.hourly is not None:
        monthly = Fraction(rate.hourly) * 730 / rate.per_hours
    term = Fraction(24 * rate.term_days, 730) if rate.term_days else Fraction(rate.term_months)
    return units * (monthly + (Fraction(rate.upfront) / term if term else 0))
