"""Scales of charts: round ticks, and how wide a label is in the report's own font."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"

_WIDTHS: dict[str, dict[str, int]] = json.loads((STATIC / "inter-widths.json").read_text())

TEXT = 13.0
"""Size of every text in a chart, pixels."""

NARROW, WIDE = 340.0, 1040.0
"""Widths of a chart, pixels, that labels are placed for."""


def text_width(text: str, size: float = TEXT, weight: int = 400) -> float:
    """Return how wide a text is, pixels, by the advance widths of Inter with tabular figures."""
    widths = _WIDTHS[str(weight)]
    return sum(widths.get(letter, 700) for letter in text) * size / 1000


def ticks(highest: float, most: int = 5) -> list[float]:
    """Return round ticks from 0 to at or just above `highest`: steps of 1, 2, 2.5 or 5 × 10^n."""
    if highest <= 0 or not math.isfinite(highest):
        return [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(highest / most))
    step = next((s * power for s in (1, 2, 2.5, 5, 10) if highest / (s * power) <= most), 10 * power)
    return [step * number for number in range(math.ceil(highest / step - 1e-9) + 1)]


def tick_text(value: float, step: float) -> str:
    """Return a tick's number, with as many places as its step needs."""
    places = max(0, -math.floor(math.log10(step) + 1e-9)) if step < 10 else 0
    if places and not math.isclose(step * 10**places, round(step * 10**places)):
        places += 1
    return f"{value:,.{places}f}"


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick: where, in pixels from the top or percent from the left, and its text."""

    at: float
    text: str


def vertical(values: Sequence[float], top: float, height: float) -> list[Tick]:
    """Return ticks of a vertical axis from 0 at `top + height` to the last value at `top`, pixels."""
    step = values[1] - values[0]
    return [Tick(top + height * (1 - value / values[-1]), tick_text(value, step)) for value in values]


def apart(places: Sequence[float], gap: float, lowest: float, highest: float) -> list[float]:
    """Return places at least `gap` apart, as near as may be to those given (rising), within the two ends."""
    found: list[float] = []
    for place in places:
        found.append(max([place, lowest, *(before + gap for before in found[-1:])]))
    most = highest
    for i in reversed(range(len(found))):
        found[i] = min(found[i], most)
        most = found[i] - gap
    return found
