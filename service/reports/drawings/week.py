"""`week`: when it is busy, by hour of the week, in five steps."""

from collections.abc import Callable
from dataclasses import dataclass

from service.reports import words
from service.reports.reading import Answer

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
STEPS = 5


WIDE = (0.0, 38.3, 36.0), (0.0, 24.0, 22.0)
NARROW = (22.0, 12.0, 11.0), (140.0, 123.0, 114.0)
"""Where hours and days lie, of a drawing 1000 wide: the first, how far to the next, how long a cell is.

Wide drawings have hours across and days down, narrow ones days across and hours down.
"""


@dataclass(frozen=True, slots=True)
class Cells:
    """A drawing: a path for the cells of each step by class; x in 1000ths and y in pixels of those not observed."""

    paths: list[tuple[str, str]]
    unseen: list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Week:
    """days: name and 24 steps, 1 to 5 of the busiest hour, 0 for none, None where not observed."""

    days: list[tuple[str, list[int | None]]]
    zone: str
    unseen: int
    sentence: str
    wide: Cells
    narrow: Cells
    heading: str = "When it is busy"

    @property
    def description(self) -> str:
        """What is seen, in words."""
        return f"Load by hour of the week. {self.sentence}"

    @property
    def unit(self) -> str:
        """What a cell is."""
        return f"Hour of the week, {self.zone}"


def week(answer: Answer) -> Week | None:
    """Return the hours of the week; None where no hour was observed."""
    measured = answer.measured
    grid = measured.hour_of_week
    seen = {hour: load for hour, load in enumerate(grid) if load is not None}
    if not seen:
        return None
    busiest = max(seen.values()) or 1.0
    steps = [None if load is None else min(STEPS, int(load / busiest * STEPS) + (load > 0)) for load in grid]
    unseen = len(grid) - len(seen)
    top, low = max(seen, key=lambda hour: seen[hour]), min(seen, key=lambda hour: seen[hour])
    said = (
        f"Busiest {_hour(top)} with {words.rate(seen[top])} {measured.load_unit} a minute, "
        f"quietest {_hour(low)} with {words.rate(seen[low])}"
    )
    missed = f"; {words.plural(unseen, 'hour')} of the week not observed" if unseen else ""
    days = [(day, steps[24 * number : 24 * number + 24]) for number, day in enumerate(DAYS)]
    wide = _cells(days, lambda hour, day: (_at(WIDE[0], hour), _at(WIDE[1], day)), WIDE[0][2], WIDE[1][2])
    narrow = _cells(days, lambda hour, day: (_at(NARROW[1], day), _at(NARROW[0], hour)), NARROW[1][2], NARROW[0][2])
    return Week(days, measured.window.zone, unseen, f"{said}{missed}.", wide, narrow)


def _at(axis: tuple[float, float, float], place: int) -> float:
    return axis[0] + place * axis[1]


def _cells(
    days: list[tuple[str, list[int | None]]], at: Callable[[int, int], tuple[float, float]], width: float, height: float
) -> Cells:
    paths: dict[str, list[str]] = {}
    unseen = []
    for day, (_, steps) in enumerate(days):
        for hour, step in enumerate(steps):
            x, y = at(hour, day)
            if step is None:
                unseen.append((x, y))
            else:
                paths.setdefault(f"h{step}", []).append(f"M{x:g},{y:g}h{width:g}v{height:g}h-{width:g}z")
    return Cells([(name, "".join(parts)) for name, parts in sorted(paths.items())], unseen)


def _hour(hour: int) -> str:
    return f"{DAYS[hour // 24]} {hour % 24}:00"
