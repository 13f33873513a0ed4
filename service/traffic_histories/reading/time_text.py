"""Instants as text and back, exact to the microsecond."""

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

EARLIEST_US = 946_684_800_000_000
LATEST_US = 4_102_444_800_000_000
"""Times outside 2000 to 2099 are taken for a wrong unit or a broken clock."""


def instant(at_us: int) -> datetime:
    """Return µs since 1970 UTC as a time."""
    return EPOCH + timedelta(microseconds=at_us)


def instant_text(at_us: int) -> str:
    """Return µs since 1970 UTC as RFC 3339, with the fraction only where there is one."""
    return instant(at_us).isoformat().replace("+00:00", "Z")


def parse_instant(text: str) -> int:
    """Return RFC 3339 `text` as µs since 1970 UTC, to the nearest µs, halves up. Raises ValueError."""
    match = re.fullmatch(r"(.*?)(?:[.,](\d{1,30}))?(Z|z|[+-]\d{2}:?\d{2})", text.strip(), re.ASCII)
    if match is None:
        raise ValueError(f"{text[:40]!r} is no instant: write it as 2026-10-05T00:00:00Z")
    seconds, fraction, zone = match[1], (match[2] or "").ljust(7, "0"), match[3].upper()
    moment = datetime.fromisoformat(seconds + zone)
    return (moment - EPOCH) // timedelta(microseconds=1) + int(fraction[:6]) + (fraction[6] >= "5")
