"""The one clock, and days of the calendar. Everything stored or sent is UTC with microseconds."""

from calendar import monthrange
from datetime import UTC, date, datetime


def now() -> datetime:
    """Return the current time, UTC, whole microseconds."""
    return datetime.now(UTC)


def months_after(day: date, months: int) -> date:
    """Return the day so many months later, the last of its month where that has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
