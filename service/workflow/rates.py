"""Rates: what a unit costs under a term."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

HOURS_PER_MONTH = 730
"""Hours in a month of money, the convention of the large clouds (8,760 hours a year / 12)."""

WEEK_SECONDS = 168 * 3600


def months_of(term_months: int, term_days: int) -> Fraction:
    """Return a term in months of 730 hours."""
    return Fraction(24 * term_days, HOURS_PER_MONTH) if term_days else Fraction(term_months)


@dataclass(frozen=True, slots=True)
class Rate:
    """What a unit costs under a term of `term_months`, or of `term_days` of 24 hours; on demand both are 0.

    Exactly one of `hourly` (money for `per_hours` hours: 24 by the day, 168 by the week) and `monthly` is given, both
    per unit; `upfront` is per unit and term. `billing_seconds` is the step in which running time is billed. owned:
    what `monthly` is made of where the unit is bought and run by its user, as pairs of name and money a month. second:
    money for a unit of the axis that is bought apart, for the time that `hourly` or `monthly` is for. week_seconds: how
    much of a week is billed by the hour, less where the unit runs by a timetable.
    """

    term_months: int
    hourly: Decimal | None = None
    monthly: Decimal | None = None
    upfront: Decimal = Decimal(0)
    billing_seconds: int = 1
    term_days: int = 0
    per_hours: int = 1
    owned: tuple[tuple[str, Decimal], ...] = ()
    second: Decimal = Decimal(0)
    week_seconds: int = WEEK_SECONDS

    @property
    def hours_per_month(self) -> Decimal:
        """Hours a month that a unit is billed for: 730, or the part of them in which it runs."""
        return Decimal(HOURS_PER_MONTH * self.week_seconds) / WEEK_SECONDS

    @property
    def monthly_per_unit(self) -> Decimal:
        """Money one unit costs in a 730-hour month, without upfront."""
        if self.monthly is not None:
            return self.monthly
        assert self.hourly is not None
        return self.hourly * self.hours_per_month / self.per_hours

    @property
    def monthly_per_second_unit(self) -> Decimal:
        """Money one unit of the axis bought apart costs in a 730-hour month."""
        return self.second if self.monthly is not None else self.second * self.hours_per_month / self.per_hours

    def monthly_of(self, units: int, second: int = 0) -> Decimal:
        """Return what units, and those of the axis bought apart, cost in a 730-hour month, without upfront."""
        return units * self.monthly_per_unit + second * self.monthly_per_second_unit

    @property
    def is_committed(self) -> bool:
        """Whether it binds for a term."""
        return self.term_months > 0 or self.term_days > 0

    @property
    def months(self) -> Fraction:
        """The term in months of 730 hours, 0 on demand."""
        return months_of(self.term_months, self.term_days)

    @property
    def hours(self) -> int:
        """The term in hours, 0 on demand."""
        return 24 * self.term_days if self.term_days else HOURS_PER_MONTH * self.term_months

    @property
    def term(self) -> str:
        """The term as keys of options spell it: months as a number, `1w` a week, `3d` three days."""
        if not self.term_days:
            return str(self.term_months)
        weeks, days = divmod(self.term_days, 7)
        return f"{self.term_days}d" if days else f"{weeks}w"
