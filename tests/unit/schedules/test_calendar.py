"""When a schedule is due."""

from datetime import UTC, datetime

import pytest

from service.schedules.calendar import Every, next_due


@pytest.mark.parametrize(
    ("every", "day", "at", "zone", "after", "due"),
    [
        ("week", 1, "06:00", "UTC", "2026-11-27T12:00", "2026-11-30T06:00"),
        ("week", 1, "06:00", "UTC", "2026-11-30T05:59", "2026-11-30T06:00"),
        ("week", 1, "06:00", "UTC", "2026-11-30T06:00", "2026-12-07T06:00"),  # later than, not at
        ("week", 7, "00:30", "Asia/Tokyo", "2026-11-27T12:00", "2026-11-28T15:30"),  # Sunday there, Saturday here
        ("month", 31, "06:00", "UTC", "2027-01-31T07:00", "2027-02-28T06:00"),
        ("month", 31, "06:00", "UTC", "2028-01-31T07:00", "2028-02-29T06:00"),
        ("month", 1, "09:00", "America/New_York", "2026-11-27T12:00", "2026-12-01T14:00"),
        ("week", 7, "02:30", "Europe/Berlin", "2027-03-22T00:00", "2027-03-28T01:30"),  # left out: 03:30 there
        ("week", 7, "02:30", "Europe/Berlin", "2026-10-19T00:00", "2026-10-25T00:30"),  # comes twice: the first
        ("week", 7, "02:30", "Europe/Berlin", "2026-10-25T00:30", "2026-11-01T01:30"),  # and only once
    ],
)
def test_a_schedule_is_due_at_its_wall_time(every: Every, day: int, at: str, zone: str, after: str, due: str) -> None:
    found = next_due(every, day, at, zone, datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)
