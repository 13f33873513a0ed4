"""Conditions of a price: the length of a request, and the hour of the week at which it arrives.

The last condition of a price that a request meets decides; one that meets none pays the plain price.
"""

from dataclasses import dataclass
from decimal import Decimal

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES


@dataclass(frozen=True, slots=True)
class WeekHours:
    """A time of the day on some days of the week, in a zone.

    days: 0 for Monday to 6, rising. start, end: minutes of the day, start included, end not; where `end` is not after
    `start` the time runs past midnight and belongs to the day on which it began.
    """

    zone: str
    days: tuple[int, ...]
    start: int
    end: int

    @property
    def minutes(self) -> int:
        """How long it is on each of its days."""
        return (self.end - self.start) % DAY_MINUTES or DAY_MINUTES

    @property
    def week_minutes(self) -> int:
        """How long it is in a week."""
        return len(self.days) * self.minutes


@dataclass(frozen=True, slots=True)
class Condition:
    """What a request must be: of more than `input_above` input tokens, cached ones included, and in `hours`."""

    input_above: int = 0
    hours: WeekHours | None = None


@dataclass(frozen=True, slots=True)
class Conditional:
    """An amount that holds instead of a price's own for requests that meet a condition."""

    condition: Condition
    amount: Decimal


Conditions = tuple[Condition, ...]
