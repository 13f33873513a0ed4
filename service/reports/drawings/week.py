"""`week`: when it is busy, by hour of the week, in five steps."""

from dataclasses import dataclass

from service.reports import words
from service.reports.reading import Answer

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
STEPS = 5


@dataclass(frozen=True, slots=True)
class Week:
    """days: name and 24 steps, 1 to 5 of the busiest hour, 0 for none, None where not observed."""

    days: list[tuple[str, list[int | None]]]
    zone: str
    unseen: int
    sentence: str


def week(answer: Answer) -> Week | None:
    """Return the hours of the week; None where no hour was observed."""
    measured = answer.measured
    grid: list[float | None] = measured["hour_of_week"]
    seen = {hour: load for hour, load in enumerate(grid) if load is not None}
    if not seen:
        return None
    busiest = max(seen.values()) or 1.0
    steps = [None if load is None else min(STEPS, int(load / busiest * STEPS) + (load > 0)) for load in grid]
    unseen = len(grid) - len(seen)
    top, low = max(seen, key=lambda hour: seen[hour]), min(seen, key=lambda hour: seen[hour])
    said = (
        f"Busiest {_hour(top)} with {words.rate(seen[top])} {measured['load_unit']} a minute, "
        f"quietest {_hour(low)} with {words.rate(seen[low])}"
    )
    missed = f"; {words.plural(unseen, 'hour')} of the week not observed" if unseen else ""
    days = [(day, steps[24 * number : 24 * number + 24]) for number, day in enumerate(DAYS)]
    return Week(days, measured["window"]["zone"], unseen, f"{said}{missed}.")


def _hour(hour: int) -> str:
    return f"{DAYS[hour // 24]} {hour % 24}:00"
