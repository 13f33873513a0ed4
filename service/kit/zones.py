"""Time zones by name."""

import re
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones


@cache
def zone_names() -> frozenset[str]:
    """Return the IANA names of all time zones; kept, since finding them reads hundreds of files."""
    return frozenset(available_timezones())


ABBREVIATED = {
    "z": "UTC", "gmt": "UTC", "cet": "Europe/Berlin", "cest": "Europe/Berlin", "mez": "Europe/Berlin",
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "cst": "America/Chicago",
    "ct": "America/Chicago", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "ist": "Asia/Kolkata", "jst": "Asia/Tokyo", "bst": "Europe/London",
}  # fmt: skip
"""Abbreviations people write, and a zone that each may mean."""


LONGEST = 64
"""Characters of a name that are looked at: no zone's has more, and what is compared costs by its length."""


def zone_mend(name: object) -> str:
    """Return what to write instead of what is no name of a zone."""
    text = str(name).strip()
    offset = re.fullmatch(r"(?:UTC|GMT)?([+-])0?(\d{1,2})(?::?00)?", text, re.IGNORECASE)
    if offset is not None:
        # The signs of these names are those of POSIX: Etc/GMT-2 is two hours ahead of UTC.
        fixed = f"Etc/GMT{'-' if offset[1] == '+' else '+'}{int(offset[2])}" if int(offset[2]) else "UTC"
        return f"Write {fixed}, or the place, such as Europe/Berlin, where clocks change."
    if text.casefold() in ABBREVIATED:
        return f"Write {ABBREVIATED[text.casefold()]}."
    near = get_close_matches(text.casefold().replace(" ", "_")[:LONGEST], _spoken(), n=1, cutoff=0.75)
    return f"Write {_spoken()[near[0]]}." if near else "Such as Europe/Berlin, or UTC."


@cache
def _spoken() -> dict[str, str]:
    """Return each zone by its whole name and by its place alone, in small letters."""
    places = {known.rsplit("/", 1)[-1].casefold(): known for known in sorted(zone_names())}
    return places | {known.casefold(): known for known in sorted(zone_names())}
