"""`duration`: the share of time at each load, from the busiest minute to the quietest."""

from dataclasses import dataclass

from service.reports import words
from service.reports.reading import Answer
from service.reports.scales import Tick, apart, ticks, vertical

TOP, HEIGHT, LINE = 10.0, 200.0, 17.0
CUT = 4.0
"""Where the peak is over so many times the load of 99 % of the time, the axis ends there and the peak is written."""


@dataclass(frozen=True, slots=True)
class Guide:
    """A load named on the chart: y of its line and of its label, pixels."""

    y: float
    label_y: float
    text: str


@dataclass(frozen=True, slots=True)
class Duration:
    """The curve as a path over 0 to 1000 by 0 to HEIGHT; guides; what lies above the reservation's line."""

    unit: str
    ticks: list[Tick]
    area: str
    above: str
    capacity: float | None
    guides: list[Guide]
    note: str
    description: str


def duration(answer: Answer, carried_per_minute: float | None) -> Duration | None:
    """Return the load-duration curve; None where nothing was measured."""
    measured = answer.measured
    curve = [float(load) for load in measured.load_duration]
    if not curve or not max(curve):
        return None
    rates = measured.requests_per_minute or measured.tokens_per_minute
    peak, nearly = curve[0], curve[1] if len(curve) > 1 else curve[0]
    cut = nearly > 0 and peak > CUT * nearly
    axis = ticks(nearly * 1.6 if cut else peak)
    most = axis[-1]
    points = [HEIGHT * (1 - min(load, most) / most) for load in curve]
    named = [("95 % of minutes at most", rates.p95), ("mean", rates.mean), ("floor (5 %)", rates.p05)]
    named = [(name, float(value)) for name, value in named if float(value) <= most]
    places = [TOP + HEIGHT * (1 - value / most) for _, value in named]
    labels = apart([place - 5 for place in places], LINE, TOP + 12, TOP + HEIGHT - 5)
    unit = measured.load_unit
    capacity = None
    if carried_per_minute is not None and unit == "requests" and carried_per_minute <= most:
        capacity = TOP + HEIGHT * (1 - carried_per_minute / most)
    return Duration(
        words.upper_first(f"{unit} a minute"),
        vertical(axis, TOP, HEIGHT),
        _area(points, HEIGHT),
        "" if capacity is None else _area([min(point, capacity - TOP) for point in points], capacity - TOP),
        capacity,
        [
            Guide(place, label, f"{name}: {words.rate(value)}")
            for (name, value), place, label in zip(named, places, labels, strict=True)
        ],
        f"The busiest minute has {words.rate(peak)}, above the top." if cut else "",
        f"{words.upper_first(unit)} a minute by share of time: peak {words.rate(peak)}, mean "
        f"{words.rate(float(rates.mean))}, floor {words.rate(float(rates.p05))}.",
    )


def _area(points: list[float], base: float) -> str:
    step = 1000 / max(1, len(points) - 1)
    line = "L".join(f"{i * step:.0f},{point:.1f}" for i, point in enumerate(points))
    return f"M0,{base:.1f}L{line}L1000,{base:.1f}Z"
