"""Charges of bills joined to the lines of a plan: by order or commitment, then by sku. What fits nowhere is listed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from service.bills.models import Charge
from service.outcomes.periods import Period
from service.outcomes.plan import CAPACITY, OVERFLOW, Expected, Plan

UNMETERED = "unmetered"
TAXES = "taxes_and_credits"

FAMILIES = {
    "unit_hours": "hours", "instance_hours": "hours", "hours": "hours", "unit_months": "months", "months": "months",
    "tokens": "tokens", "requests": "requests", "seconds": "seconds",
}  # fmt: skip


@dataclass
class Billed:
    """What bills say of one line. quantity: None where a charge of it does not tell it in a unit that fits.

    unused: money of what was committed and not used.
    """

    amount: Fraction = Fraction(0)
    quantity: Fraction | None = Fraction(0)
    unused: Fraction = Fraction(0)
    charges: int = 0
    purchased: Fraction | None = None


@dataclass
class Unmatched:
    """Charges of one kind that fit no line of the plan, and why."""

    sku: str
    provider: str
    category: str
    currency: str
    reason: str
    amount: Fraction = Fraction(0)
    charges: int = 0


@dataclass
class Joined:
    """Bills by line of the plan, what fits none, and what had to be assumed.

    invoiced: what the invoices ask for of the joined charges.
    """

    lines: dict[str, Billed] = field(default_factory=dict)
    unmatched: list[Unmatched] = field(default_factory=list)
    assumed_units: set[str] = field(default_factory=set)
    invoiced: Fraction = Fraction(0)


def join(charges: Iterable[Charge], plan: Plan, skus: Mapping[str, str], references: Sequence[str]) -> Joined:
    """Return the charges by line.

    skus: what the plan calls a sku, by what bills call it. references: order numbers and commitment ids of the
    capacity.
    """
    joined = Joined()
    names = {name.casefold(): name for name in (plan.serverless, plan.dedicated) if name}
    names |= {said.casefold(): meant for said, meant in skus.items()}
    bought = {reference.casefold() for reference in references if reference}
    left: dict[tuple[str, ...], Unmatched] = {}
    for charge in charges:
        sku = _sku(charge, names, bought, plan)
        reason = _reason(charge, sku, plan)
        if sku is None or reason is not None:
            _leave(left, charge, reason or "")
            continue
        _add(joined, charge, plan, _code(charge, sku, plan))
    joined.unmatched = sorted(left.values(), key=lambda one: (-abs(one.amount), one.sku, one.category, one.currency))
    for billed in joined.lines.values():
        if billed.purchased is not None and not billed.quantity:
            billed.quantity = billed.purchased  # a bill that has purchases alone
    return joined


def _reason(charge: Charge, sku: str | None, plan: Plan) -> str | None:
    """Return why a charge belongs to no line; a part of a charge cannot be told from the rest of it."""
    if sku is None:
        return "unknown_sku"
    if charge.currency != plan.currency:
        return "other_currency"
    inside = plan.period.starts_at <= charge.starts_at and charge.ends_at <= plan.period.ends_at
    return None if inside else "crosses_period"


def _sku(charge: Charge, names: Mapping[str, str], bought: set[str], plan: Plan) -> str | None:
    if plan.dedicated and bought & {charge.contract.casefold(), charge.commitment.casefold()} - {""}:
        return plan.dedicated
    return next((names[said.casefold()] for said in (charge.sku, charge.sku_price) if said.casefold() in names), None)


def _code(charge: Charge, sku: str, plan: Plan) -> str:
    """Return the line that a charge of a sku belongs to."""
    if charge.category in ("Tax", "Credit", "Adjustment"):
        return TAXES
    if sku == plan.dedicated:
        return CAPACITY
    prefix = OVERFLOW if plan.mode == "hybrid" else ""
    metered = [line.code for line in plan.lines if line.sku == sku and line.kind in ("use", "overflow")]
    if charge.meter is None:
        return metered[0] if len(metered) == 1 else UNMETERED
    code = prefix + charge.meter
    if code == f"{prefix}cached_input_tokens" and code not in metered and f"{prefix}input_tokens" in metered:
        return f"{prefix}input_tokens"
    return code


def _add(joined: Joined, charge: Charge, plan: Plan, code: str) -> None:
    billed = joined.lines.setdefault(code, Billed())
    amount = Fraction(charge.effective)
    billed.amount += amount
    billed.charges += 1
    joined.invoiced += Fraction(charge.billed)
    if charge.commitment_status.casefold() == "unused":
        billed.unused += amount
    line = next((line for line in plan.lines if line.code == code), None)
    quantity = None if charge.quantity is None else _converted(charge.quantity, charge.unit, line, plan.period, joined)
    if charge.category == "Purchase" and code == CAPACITY:
        billed.purchased = (billed.purchased or Fraction(0)) + (quantity or 0)
    elif quantity is None:
        billed.quantity = None
    elif billed.quantity is not None:
        billed.quantity += quantity


def _converted(quantity: Decimal, unit: str, line: Expected | None, period: Period, joined: Joined) -> Fraction | None:
    """Return a quantity in the unit of its line; None where the two do not measure the same."""
    found = Fraction(quantity)
    if line is None:
        return found
    wanted = FAMILIES.get(line.unit, line.unit)
    if unit in ("", "units"):
        joined.assumed_units.add(line.code)
        return found
    if unit == wanted:
        return found
    hours = Fraction(period.hours) / period.calendar_months
    if (unit, wanted) == ("hours", "months"):
        return found / hours
    return found * hours if (unit, wanted) == ("months", "hours") else None


def _leave(left: dict[tuple[str, ...], Unmatched], charge: Charge, reason: str) -> None:
    key = (charge.sku, charge.provider, charge.category, charge.currency, reason)
    one = left.setdefault(key, Unmatched(*key))
    one.amount += Fraction(charge.effective)
    one.charges += 1
