"""Bills: monthly quantities times prices, exact in Decimal, as lines that sum to their total."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from service.workflow.metered_prices import METERS, Meter, PartPrice, Price
from service.workflow.offers import Serverless
from service.workflow.rates import HOURS_PER_MONTH
from service.workflow.traffic import SECOND

MONEY = Context(prec=60, rounding=ROUND_HALF_EVEN)
"""Arithmetic of money: wide enough that no product of a price and a quantity is ever rounded."""

QUANTUM = Decimal("1E-12")
"""The smallest amount of money: a line is rounded half-even to it where a division does not end."""

IN_HOUSE = ("hybrid_overhead", "outage_fallback")
"""Lines that no provider bills: what running an option costs in house. Those of owned hardware begin with OWNED."""

OWNED = "owned_"

SECOND_UNITS = "second_"
"""How the lines begin of units that are bought apart, for the second budget of an offer."""

RESERVED_UNITS = ("reserved_units", "idle", f"{SECOND_UNITS}reserved_units", f"{SECOND_UNITS}idle")
"""Lines of units that are paid for a whole month, used and idle."""

RUNNING = (
    "running_commitment",
    "covered_by_commitment",
    f"{SECOND_UNITS}running_commitment",
    f"{SECOND_UNITS}covered_by_commitment",
)
"""Lines of commitments that run whatever is chosen, and of what an option's own units save by them."""

UNITS: dict[Meter, str] = {
    "input_tokens": "tokens",
    "cached_input_tokens": "tokens",
    "output_tokens": "tokens",
    "requests": "requests",
    "compute_seconds": "seconds",
    "cache_write_input_tokens": "tokens",
    "cache_write_1h_input_tokens": "tokens",
    "audio_input_tokens": "tokens",
    "image_input_tokens": "tokens",
    "audio_output_tokens": "tokens",
    "reasoning_output_tokens": "tokens",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill: `quantity` `unit`s at `unit_price` per `per` of them make `amount` of money."""

    code: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    per: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Usage:
    """What is billed in a month: tokens and requests (whole), and µs of compute time (whole)."""

    requests: int = 0
    uncached: int = 0
    cached: int = 0
    output: int = 0
    compute_us: int = 0

    def quantity(self, meter: Meter) -> Decimal:
        """Return the month's quantity of a meter, in its unit; `input_tokens` is the uncached part."""
        if meter == "compute_seconds":
            return Decimal(self.compute_us) / SECOND
        counts = {"input_tokens": self.uncached, "cached_input_tokens": self.cached, "output_tokens": self.output}
        return Decimal(counts.get(meter, self.requests))


@dataclass(frozen=True, slots=True)
class Billed:
    """What an option owes a serverless offer: `share` of the bill of a month's usage.

    prices: the offer as this usage is billed, where its requests are not those of the whole window and some prices
    hold for some requests only; None where the offer as it is bills it.
    """

    usage: Usage
    share: Fraction = Fraction(1)
    prices: Serverless | None = None


def is_ordered(code: str) -> bool:
    """Whether a line is of something that the option itself orders from a provider, and is billed for."""
    return code not in (*IN_HOUSE, *RUNNING) and not code.startswith(OWNED)


def quantize(amount: Decimal) -> Decimal:
    """Return money rounded half-even to QUANTUM."""
    return amount.quantize(QUANTUM, context=MONEY)


def line(code: str, quantity: Decimal, unit: str, unit_price: Decimal, per: int = 1) -> Line:
    """Return the line whose amount is quantity × unit_price ÷ per, rounded half-even to QUANTUM."""
    amount = quantize(MONEY.divide(MONEY.multiply(quantity, unit_price), Decimal(per)))
    return Line(code, quantity, unit, unit_price, per, amount)


def share_of(amount: Decimal, share: Fraction) -> Decimal:
    """Return amount × share, rounded half-even to QUANTUM."""
    return quantize(MONEY.divide(MONEY.multiply(amount, Decimal(share.numerator)), Decimal(share.denominator)))


def times(amount: Decimal, share: Fraction) -> Decimal:
    """Return amount × share, with the digits of MONEY: of prices, which are not rounded to QUANTUM."""
    return MONEY.divide(MONEY.multiply(amount, Decimal(share.numerator)), Decimal(share.denominator))


def blend(plain: Price, parts: tuple[PartPrice, ...]) -> Price:
    """Return a price with parts of its quantity at prices of their own: its amounts are those of the average one.

    blended amount = amount × (1 − Σ share) + Σ share × amount of the part
    """
    rest = Fraction(1) - sum((part.share for part in parts), Fraction(0))
    added = add(times(part.amount * plain.per / part.per, part.share) for part in parts)
    return replace(
        plain,
        amount=MONEY.add(times(plain.amount, rest), added),
        tiers=tuple(replace(tier, amount=MONEY.add(times(tier.amount, rest), added)) for tier in plain.tiers),
        parts=parts,
        plain=plain,
    )


def add(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum of amounts of money."""
    result = Decimal(0)
    for amount in amounts:
        result = MONEY.add(result, amount)
    return result


def total(lines: Iterable[Line]) -> Decimal:
    """Return the exact sum of the lines' amounts."""
    return add(entry.amount for entry in lines)


def prices_cached_apart(offer: Serverless) -> bool:
    """Whether cached input has a price of its own; otherwise it is billed, and tiered, as input."""
    return any(price.meter == "cached_input_tokens" for price in offer.prices)


def billed_quantity(offer: Serverless, price: Price, usage: Usage) -> Decimal:
    """Return the quantity that one of the offer's prices applies to."""
    if price.meter == "input_tokens" and not prices_cached_apart(offer):
        return usage.quantity("input_tokens") + usage.cached
    return usage.quantity(price.meter)


def tiered_lines(code: str, price: Price, quantity: Decimal) -> list[Line]:
    """Return one line a tier: each marginal tier prices the part of the month's quantity above its threshold."""
    edges = [Decimal(0), *(Decimal(tier.above) for tier in price.tiers), quantity]
    amounts = [price.amount, *(tier.amount for tier in price.tiers)]
    parts = [min(quantity, edges[i + 1]) - edges[i] for i in range(len(amounts) - 1)] + [quantity - edges[-2]]
    return [
        line(code, part, UNITS[price.meter], amount, price.per)
        for part, amount in zip(parts, amounts, strict=True)
        if part > 0
    ]


def _parted_lines(prefix: str, price: Price, quantity: Decimal) -> list[Line]:
    """Return the lines of a price: of the rest, and of each part, rounded to whole units."""
    lines: list[Line] = []
    rest = quantity
    for part in price.parts:
        count = Decimal(round(int(quantity) * part.share))
        rest -= count
        lines.append(line(prefix + part.meter, count, UNITS[part.meter], part.amount, part.per))
    return tiered_lines(prefix + price.meter, price.plain or price, rest) + lines


def serverless_lines(offer: Serverless, usage: Usage, prefix: str = "") -> list[Line]:
    """Return the lines of a serverless bill: every meter with its tiers, what a monthly minimum adds, the fee."""
    lines: list[Line] = []
    for price in sorted(offer.prices, key=lambda price: METERS.index(price.meter)):
        lines += _parted_lines(prefix, price, billed_quantity(offer, price, usage))
    missing = MONEY.subtract(offer.monthly_minimum, total(lines))
    if missing > 0:
        lines.append(line(f"{prefix}monthly_minimum", Decimal(1), "months", missing))
    if offer.hourly_fee:
        lines.append(line(f"{prefix}hourly_fee", Decimal(HOURS_PER_MONTH), "hours", offer.hourly_fee))
    return lines
