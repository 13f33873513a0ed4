"""What a reservation costs over its term: when it is billed, and what of it each day uses up, to the cent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from service.kit.clock import months_after
from service.workflow.bill import RESERVED_UNITS
from service.workflow.document.options import AnsweredOption
from service.workflow.rates import HOURS_PER_MONTH

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Term:
    """Units that are paid for a whole time, whatever is used.

    upfront: money at its start. monthly: money at the start of each month. months: how many, 0 where the time is no
    whole months and all is paid at its start. used: share of what is paid that is used. starts_on, ends_on: first and
    last day.
    """

    units: int
    upfront: Decimal
    monthly: Decimal
    months: int
    used: Decimal
    starts_on: date
    ends_on: date

    @property
    def total(self) -> Decimal:
        """Everything that is paid, in cents: what the bills of the whole term add up to."""
        return sum((amount for _, amount in self.payments()), Decimal(0))

    def payments(self) -> Iterator[tuple[date, Decimal]]:
        """Yield what is billed on which day, in cents."""
        if self.upfront or not self.months:
            yield self.starts_on, self.upfront.quantize(CENT, ROUND_HALF_EVEN)
        if self.monthly:
            paid = Decimal(0)
            for month in range(self.months):
                until = (self.monthly * (month + 1)).quantize(CENT, ROUND_HALF_EVEN)
                yield months_after(self.starts_on, month), until - paid
                paid = until

    def effective(self, first: date, last: date) -> tuple[Decimal, Decimal]:
        """Return what is used and what is not of the days from a first to a last one, in cents.

        Cents are cut from running totals, so that parts that follow each other add up to the whole exactly.
        """
        ends = [self._until(first), self._until(last + timedelta(days=1))]
        return ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]

    def _until(self, day: date) -> tuple[Decimal, Decimal]:
        """Return what is used and unused from the start until a day, which is not included."""
        days = (self.ends_on - self.starts_on).days + 1
        gone = min(max((day - self.starts_on).days, 0), days)
        total = (self.total * gone / days).quantize(CENT, ROUND_HALF_EVEN)
        used = (total * self.used).quantize(CENT, ROUND_HALF_EVEN)
        return used, total - used


def term_of(option: AnsweredOption, starts_on: date) -> Term | None:
    """Return the term of an option that begins on a day; None where nothing binds it."""
    months = option.term_months
    lines = [line for line in option.bill if line.code in RESERVED_UNITS]
    if not months or not lines:
        return None
    monthly = sum((line.amount for line in lines), Decimal(0))
    used = sum((line.amount for line in lines if not line.code.endswith("idle")), Decimal(0))
    share = used / monthly if monthly else Decimal(0)
    upfront, units = _upfront(option), option.units or 0
    whole = Decimal(str(months)) == Decimal(str(months)).to_integral_value()
    if whole:
        ends_on = months_after(starts_on, int(months)) - timedelta(days=1)
        return Term(units, upfront, monthly, int(months), share, starts_on, ends_on)
    hours = Decimal(str(months)) * HOURS_PER_MONTH
    ends_on = starts_on + timedelta(days=max(1, round(hours / 24)) - 1)
    total = upfront + monthly * Decimal(str(months))
    return Term(units, total, Decimal(0), 0, share, starts_on, ends_on)


def _upfront(option: AnsweredOption) -> Decimal:
    """Return what is paid at the start: of a line of days or weeks, units are its hours ÷ 730."""
    line = next((line for line in option.bill if line.code == "upfront"), None)
    if line is None:
        return Decimal(0)
    units = line.quantity / (HOURS_PER_MONTH if line.unit == "unit_hours" else 1)
    return units * line.unit_price
