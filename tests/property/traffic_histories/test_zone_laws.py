"""Every change of clocks from 2015 to 2035 in forty zones: no row is lost, every hour keeps its rows."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from service.traffic_histories.reading.zones import place
from service.workflow.traffic import HOUR, MINUTE, SECOND
from tests.histories import ints

ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Moscow", "Europe/Istanbul",
    "Europe/Kyiv", "Atlantic/Azores", "Africa/Casablanca", "Africa/Cairo", "Africa/Johannesburg", "America/New_York",
    "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage",
    "America/Halifax", "America/St_Johns", "America/Sao_Paulo", "America/Santiago", "America/Asuncion",
    "America/Mexico_City", "America/Havana", "America/Caracas", "Asia/Tehran", "Asia/Jerusalem", "Asia/Beirut",
    "Asia/Amman", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Pyongyang", "Asia/Tokyo", "Australia/Sydney",
    "Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia",
)  # fmt: skip
FIRST, LAST = datetime(2015, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=15)


def test_there_are_forty_zones() -> None:
    assert len(set(ZONES)) == 40


def microseconds(moment: datetime) -> int:
    """Return µs since 1970 of a moment, its zone left out."""
    return round(moment.replace(tzinfo=UTC).timestamp()) * SECOND


def changes(zone: ZoneInfo) -> list[datetime]:
    """Return the days in UTC on which the zone's offset changes."""
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    return [days[n] for n in range(len(days) - 1) if offsets[n] != offsets[n + 1]]


@pytest.mark.parametrize("name", ZONES)
def test_what_a_clock_shows_in_order_is_placed_where_it_was(name: str) -> None:
    """A log that writes its own wall clock loses nothing: the order tells the two passes of a doubled hour apart."""
    zone = ZoneInfo(name)
    for day in changes(zone) or [FIRST]:
        moments = [day - timedelta(days=1) + STEP * n for n in range(4 * 24 * 4)]
        instants = ints([microseconds(moment) for moment in moments])
        clocks = ints([microseconds(moment.astimezone(zone)) for moment in moments])
        placed = place(clocks, zone)
        assert np.array_equal(placed.utc_us, instants), day
        assert placed.in_gap == 0


@pytest.mark.parametrize("name", ZONES)
def test_times_that_never_were_are_kept_next_to_the_change(name: str) -> None:
    """Rows at every quarter of an hour of the local day, the skipped ones too: as many come out, each within it."""
    zone = ZoneInfo(name)
    for day in changes(zone) or [FIRST]:
        midnight = microseconds(day.astimezone(zone).replace(hour=0, minute=0, tzinfo=None))
        clocks = ints([midnight + 15 * MINUTE * n for n in range(3 * 24 * 4)])
        placed = place(clocks, zone)
        back = [datetime.fromtimestamp(at // SECOND, UTC).astimezone(zone) for at in placed.utc_us.tolist()]
        moved = np.array([microseconds(moment) for moment in back]) - clocks
        assert len(placed.utc_us) == len(clocks)
        assert int((moved != 0).sum()) == placed.in_gap
        assert (moved >= 0).all()
        assert (moved <= 25 * HOUR).all()
