"""What an option binds, in money: read off the bill that the evaluation made of it, exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from service.kit.db.types import plain_decimal
from service.workflow.bill import OWNED, RESERVED_UNITS, SECOND_UNITS, quantize
from service.workflow.document.options import AnsweredOption, BillLine
from service.workflow.option_key import OptionKey
from service.workflow.rates import HOURS_PER_MONTH

_RESERVED = frozenset(RESERVED_UNITS)

_DAYS = {"d": 1, "w": 7}


@dataclass(frozen=True, slots=True)
class Terms:
    """Purchase terms of an option.

    units: reserved, 0 without. unit_price: of one unit (see _unit_price), per unit of time `price_unit`
    (`unit_hours`, `unit_months`).
    monthly: of all reserved units, upfront not included. upfront: of all units. term_months: exact, 0 on demand.
    total_commitment: everything payable until the earliest exit.
    """

    units: int
    unit_price: Decimal | None
    price_unit: str | None
    monthly: Decimal
    upfront: Decimal
    term: str
    term_months: Fraction
    total_commitment: Decimal

    def document(self) -> dict[str, Any]:
        """Return the terms as JSON values; money is decimal strings."""
        months = self.term_months
        return {
            "units": self.units,
            "unit_price": None if self.unit_price is None else plain_decimal(self.unit_price),
            "price_unit": self.price_unit,
            "monthly": plain_decimal(self.monthly),
            "upfront": plain_decimal(self.upfront),
            "term": self.term,
            "term_months": months.numerator if months.denominator == 1 else round(float(months), 6),
            "total_commitment": plain_decimal(self.total_commitment),
        }


def terms_of(option: AnsweredOption) -> Terms:
    """Return the purchase terms of an option that was computed, not ruled out."""
    lines = option.bill
    reserved = [line for line in lines if line.code in _RESERVED or line.code.startswith(OWNED)]
    upfront = [line for line in lines if line.code == "upfront"]
    units = option.units or 0
    term, months = _term(option.key)
    monthly = sum((line.amount for line in reserved), Decimal(0))
    once = sum((line.unit_price * units for line in upfront), Decimal(0))
    price, unit = _unit_price(reserved, units)
    return Terms(
        units=units,
        unit_price=price,
        price_unit=unit,
        monthly=monthly,
        upfront=once,
        term=term,
        term_months=months,
        total_commitment=payable(once, monthly, months),
    )


def _unit_price(reserved: Sequence[BillLine], units: int) -> tuple[Decimal | None, str | None]:
    """Return the price of a unit and what it is for; of two kinds a month of one and its share of the others."""
    if not reserved:
        return None, None
    if any(line.code.startswith(SECOND_UNITS) for line in reserved):
        return quantize(sum((line.amount for line in reserved), Decimal(0)) / units), "unit_months"
    return reserved[0].unit_price / reserved[0].per, reserved[0].unit


def payable(once: Decimal, monthly: Decimal, months: Fraction) -> Decimal:
    """Return everything payable over a term: once, and every month of it."""
    return quantize(once + monthly * months.numerator / months.denominator)


def _term(key: str) -> tuple[str, Fraction]:
    """Return the term as an option's key spells it, and in months of 730 hours."""
    found = OptionKey.parse(key)
    if found is None or found.term is None:
        return "0", Fraction(0)
    term = found.term.partition(".")[0]
    if term[-1] in _DAYS:
        return term, Fraction(24 * int(term[:-1]) * _DAYS[term[-1]], HOURS_PER_MONTH)
    return term, Fraction(int(term))
