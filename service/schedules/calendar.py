"""When a schedule is due: a wall time of a zone, once a week or a month."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Every = Literal["week", "month"]


def next_due(every: Every, day: int, at: str, zone: str, after: datetime) -> datetime:
    """Return the first time later than `after`, in UTC.

    day: 1 (Monday) to 7 of a week, or 1 to 31 of a month, where a shorter month's last day stands for what it has not.
    at: `HH:MM`. Of a time that comes twice when clocks go back it is the first; of one that is left out when they go
    forward, the time that they show after as long.
    """
    place = ZoneInfo(zone)
    first = after.astimezone(place).date()
    for days in range(63):  # the day of a month comes again within two
        on = first + timedelta(days)
        if _is_day(every, day, on):
            due = datetime.combine(on, time.fromisoformat(at), place).astimezone(UTC)
            if due > after:
                return due
    raise AssertionError(f"day {day} of a {every} never comes")


def _is_day(every: Every, day: int, on: date) -> bool:
    if every == "week":
        return on.isoweekday() == day
    return on.day == min(day, monthrange(on.year, on.month)[1])
