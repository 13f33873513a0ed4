"""Renewals as a calendar (RFC 5545): the last day for notice and the end of each commitment, with an alarm before."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from service.commitments.models import Commitment

if TYPE_CHECKING:
    from icalendar import Event

CONTENT_TYPE = "text/calendar; charset=utf-8"

AHEAD = timedelta(days=30)
"""How long before a day its alarm is."""


def calendar(commitments: Sequence[Commitment]) -> bytes:
    """Return the calendar; the same commitments give the same bytes."""
    from icalendar import Calendar  # noqa: PLC0415 - slow to load, and seldom asked for

    made = Calendar()
    made.add("prodid", "-//Crossover//Renewals//EN")
    made.add("version", "2.0")
    made.add("name", "Commitments")
    for commitment in commitments:
        what = f"{commitment.units} x {commitment.sku} of {commitment.provider}"
        if commitment.notice_by is not None:
            made.add_component(_entry(commitment, "notice", commitment.notice_by, f"Last day for notice: {what}"))
        made.add_component(_entry(commitment, "end", commitment.ends_on, f"Commitment ends: {what}"))
    content: bytes = made.to_ical()
    return content


def _entry(commitment: Commitment, kind: str, day: str, summary: str) -> "Event":
    from icalendar import Alarm, Event  # noqa: PLC0415 - as above

    on = date.fromisoformat(day)
    entry = Event()
    entry.add("uid", f"{commitment.id}-{kind}@crossover")
    entry.add("dtstamp", commitment.updated_at)
    entry.add("sequence", commitment.version)
    entry.add("dtstart", on)
    entry.add("dtend", on + timedelta(days=1))
    entry.add("summary", summary)
    entry.add("description", "\n".join(filter(None, (commitment.reference, commitment.description))))
    entry.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -AHEAD)
    alarm.add("description", summary)
    entry.add_component(alarm)
    return entry
