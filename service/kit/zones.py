"""Time zones by name."""

from functools import cache
from zoneinfo import available_timezones


@cache
def zone_names() -> frozenset[str]:
    """Return the IANA names of all time zones; kept, since finding them reads hundreds of files."""
    return frozenset(available_timezones())
