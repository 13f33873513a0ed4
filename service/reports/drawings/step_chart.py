"""Values that hold until the next one: totals over the answers of a workload, prices over the versions of a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

from service.reports.drawings.time_axis import TimeTick, time_ticks
from service.reports.scales import NARROW, Tick, apart, text_width, ticks, vertical
from service.reports.words import upper_first

TOP, HEIGHT = 22.0, 150.0

LABEL_GAP = 17.0
"""Pixels between two labels above each other."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value from a moment on; None where there is none. kind: colours it (a mode); text: what it says of it."""

    since: datetime
    value: Decimal | None
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """A level piece, percent from the left, pixels from the top."""

    kind: str
    start: float
    end: float
    y: float


@dataclass(frozen=True, slots=True)
class Rise:
    """An upright piece between two levels."""

    x: float
    y: float
    to: float


@dataclass(frozen=True, slots=True)
class Dot:
    """Where a value began."""

    kind: str
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """A line's name at its end, or what its colour means where that begins, percent from the left."""

    kind: str
    y: float
    text: str
    x: float = 100.0
    anchor: str = "end"


@dataclass(slots=True)
class Lines:
    """The pieces of every line."""

    runs: list[Run] = field(default_factory=list)
    rises: list[Rise] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StepChart:
    """A chart of step lines; height: pixels with the axis of time."""

    ticks: list[Tick]
    gutter: int
    days: list[TimeTick]
    lines: Lines
    labels: list[Label]
    description: str
    height: float = TOP + HEIGHT + 24
    base: float = TOP + HEIGHT


def step_chart(lines: Sequence[tuple[str, Sequence[Value]]], end: datetime, description: str) -> StepChart:
    """Return the chart of lines by their names, each a rising row of values, from the first moment of all to `end`."""
    every = [value for _, values in lines for value in values]
    start = min(value.since for value in every)
    span = end - start
    axis = ticks(max(float(value.value) for value in every if value.value is not None))
    drawn, ends = Lines(), []
    kinds: list[Label] = []
    for name, values in lines:
        places = [(value, _x(value.since, start, end)) for value in values]
        for (value, x), (following, until) in pairwise([*places, (None, 100.0)]):
            if value is None or value.value is None:
                continue
            y = _y(value.value, axis[-1])
            drawn.runs.append(Run(value.kind, x, until, y))
            drawn.dots.append(Dot(value.kind, x, y, value.text))
            if following is not None and following.value is not None:
                drawn.rises.append(Rise(until, y, _y(following.value, axis[-1])))
        last = values[-1]
        if not name:
            kinds += _kinds(drawn.runs)
        if name and last.value is not None:
            ends.append((_y(last.value, axis[-1]) - 9, last.kind, name))
    ends.sort()
    heights = apart([y for y, _, _ in ends], LABEL_GAP, TOP - 8, TOP + HEIGHT - 4)
    return StepChart(
        vertical(axis, TOP, HEIGHT),
        round(max(text_width(tick.text) for tick in vertical(axis, TOP, HEIGHT))) + 8,
        time_ticks(start, start + span, UTC),
        drawn,
        [Label(kind, y, name) for y, (_, kind, name) in zip(heights, ends, strict=True)] + kinds,
        description,
    )


def _kinds(runs: Sequence[Run]) -> list[Label]:
    """Return what each colour of one line means, above where the line takes it, where there is room for the word."""
    found: list[Label] = []
    taken, before = -1.0, ""
    for run in runs:
        if run.kind == before:
            continue
        before, word = run.kind, upper_first(run.kind)
        wide = (text_width(word, weight=600) + 12) / NARROW * 100
        fits = run.start + wide <= 100
        if (run.start if fits else 100 - wide) < taken:
            continue
        taken = run.start + wide if fits else 100
        found.append(Label(run.kind, run.y - 9, word, run.start if fits else 100, "start" if fits else "end"))
    return found


def _x(moment: datetime, start: datetime, end: datetime) -> float:
    return (moment - start) / (end - start) * 100


def _y(value: Decimal, most: float) -> float:
    return TOP + HEIGHT * (1 - float(value) / most)
