"""Periods of whole days, and how many months they are: by the clock for use, by the calendar for what a month costs."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from service.workflow.rates import HOURS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in UTC, the last one included."""

    starts_on: date
    ends_on: date

    @property
    def starts_at(self) -> datetime:
        """Its first moment."""
        return datetime(self.starts_on.year, self.starts_on.month, self.starts_on.day, tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        """The moment after it."""
        after = self.ends_on + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=UTC)

    @property
    def hours(self) -> int:
        """Its hours."""
        return ((self.ends_on - self.starts_on).days + 1) * 24

    @property
    def months_of_use(self) -> Fraction:
        """Its months of 730 hours, of which an evaluation speaks."""
        return Fraction(self.hours, HOURS_PER_MONTH)

    @property
    def calendar_months(self) -> Fraction:
        """Its months by the calendar: a part of a month counts by its days."""
        months, day = Fraction(0), self.starts_on
        while day <= self.ends_on:
            length = monthrange(day.year, day.month)[1]
            last = min(self.ends_on, day.replace(day=length))
            months += Fraction((last - day).days + 1, length)
            day = last + timedelta(days=1)
        return months
