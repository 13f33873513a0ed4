"""The axis of time: ticks at round local times, weekends, named for wide and for narrow charts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.reports.words import day as day_word

STEPS_HOURS = (1 / 12, 0.25, 0.5, 1, 3, 6, 12, 24, 48, 168, 336, 672, 1344, 2688, 8760)
MOST_WIDE, MOST_NARROW = 15, 3

LONGEST_OF_A_YEAR = 672
"""Hours of a step of ticks beyond which a window may hold one day of two years."""

FROM_DAYS = 60
"""Hours of a window from which on its ticks are days or longer."""


@dataclass(frozen=True, slots=True)
class TimeTick:
    """A tick at `at` percent; its text in wide charts at `middle`, and in narrow ones at `at`, each empty for none."""

    at: float
    middle: float
    wide: str
    narrow: str


def zone_of(name: str) -> tzinfo:
    """Return a time zone by its IANA name, UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def time_ticks(start: datetime, end: datetime, zone: tzinfo) -> list[TimeTick]:
    """Return the ticks of [start, end)."""
    hours = (end - start).total_seconds() / 3600
    least = 24 if hours > FROM_DAYS else 0
    step = next((s for s in STEPS_HOURS if s >= least and hours / s <= MOST_WIDE), STEPS_HOURS[-1])
    moments = list(_moments(start, end, zone, step))
    if not moments:
        local = start.astimezone(zone)
        said = f"{day_word(local)}, {local:%H:%M}"
        return [TimeTick(0, 50, said, said)]
    every = max(1, -(-len(moments) // MOST_NARROW))
    ticks = []
    for number, moment in enumerate(moments):
        at = (moment - start) / (end - start) * 100
        following = moments[number + 1] if number + 1 < len(moments) else moment + timedelta(hours=step)
        width = (min(following, end) - moment) / (end - start) * 100
        local = moment.astimezone(zone)
        wide, narrow = _text(local, step)
        ticks.append(
            TimeTick(at, at + width / 2, wide if width > 4 else "", narrow if number % every == 0 and at < 76 else "")
        )
    return ticks


def weekends(start: datetime, end: datetime, zone: tzinfo) -> list[tuple[float, float]]:
    """Return start and width of every Saturday and Sunday, in percent; none in windows of half a year or more."""
    if end - start > timedelta(days=180):
        return []
    found = []
    for moment in _moments(start - timedelta(days=1), end, zone, 24):
        local = moment.astimezone(zone)
        if local.weekday() >= 5:
            begin, over = max(moment, start), min(moment + timedelta(days=1), end)
            if over > begin:
                found.append(((begin - start) / (end - start) * 100, (over - begin) / (end - start) * 100))
    return found


def _text(local: datetime, step: float) -> tuple[str, str]:
    if step < 24:
        return f"{local:%H:%M}", f"{local:%a %H:%M}"
    if step == 24:
        return f"{local:%a} {local.day}", f"{local:%a} {local.day} {local:%b}"
    if step > LONGEST_OF_A_YEAR:
        return f"{local:%b %Y}", f"{local:%b %Y}"
    return f"{local.day} {local:%b}", day_word(local)


def _moments(start: datetime, end: datetime, zone: tzinfo, step: float) -> Iterator[datetime]:
    """Yield the round local times from `start` to before `end`: whole days from a local midnight, Mondays for weeks."""
    local = start.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if step >= 168:
        midnight -= timedelta(days=midnight.weekday())
    number = 0
    while True:
        # Days are added to the local wall clock, so that they stay midnights across a change of the clocks.
        moment = (midnight + timedelta(hours=step * number)).replace(tzinfo=zone).astimezone(UTC)
        if moment >= end:
            return
        if moment >= start:
            yield moment
        number += 1
