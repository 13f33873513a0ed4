"""`traffic`: what the reservation carries over time, and what overflows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from service.reports import words
from service.reports.answer import reserved_units, units_of
from service.reports.drawings.time_axis import TimeTick, time_ticks, weekends, zone_of
from service.reports.offer_names import Names
from service.reports.reading import Answer, ReportOption
from service.reports.scales import Tick, text_width, ticks, vertical

Json = dict[str, Any]

TOP, HEIGHT = 10.0, 200.0
MOST_WIDE = 700
"""Steps drawn in a wide chart; narrow ones have half."""

SPANS = {60: "a minute", 1800: "half an hour", 3600: "an hour", 86400: "a day"}
"""What lengths of a step are called."""

WIDE_PIXELS = 990.0

NOTE_ROOM = 1.12
"""The axis reaches so many times the highest step where a sentence stands above the steps."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths over 0 to 1000 by 0 to HEIGHT: all traffic, the kept part, and where nothing is known of either, grey."""

    above: str
    kept: str
    grey: str


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence above the worst step, in the room above all steps."""

    x: float
    y: float
    text: str
    end: bool


@dataclass(frozen=True, slots=True)
class TrafficChart:
    """The chart with its words, and its numbers by day."""

    heading: str
    deck: str
    step_wide: str
    step_narrow: str
    unit: str
    ticks: list[Tick]
    gutter: int
    days: list[TimeTick]
    weekends: list[tuple[float, float]]
    wide: Paths
    narrow: Paths
    gaps: list[tuple[float, float]]
    capacity: float | None
    note: Note | None
    legend: list[tuple[str, str]]
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    description: str


@dataclass(frozen=True, slots=True)
class Steps:
    """Load of every step; refused is None where it is not known, all of it None where nothing is reserved."""

    seconds: float
    total: list[float]
    observed: list[float]
    refused: list[float | None] | None

    def rate(self, index: int, value: float) -> float:
        """Return a step's sum as a rate a minute of the time observed."""
        minutes = self.seconds * self.observed[index] / 60
        return value / minutes if minutes else 0.0

    def merged(self, by: int) -> "Steps":
        """Return steps `by` times as long."""
        cuts = range(0, len(self.total), by)
        refused = None
        if self.refused is not None:
            parts = [self.refused[i : i + by] for i in cuts]
            refused = [None if None in part else sum(v for v in part if v is not None) for part in parts]
        return Steps(
            self.seconds * by,
            [sum(self.total[i : i + by]) for i in cuts],
            [sum(self.observed[i : i + by]) / by for i in cuts],
            refused,
        )


def traffic(answer: Answer, names: Names, drawn: Json, carried: float | None) -> TrafficChart | None:
    """Return the chart of what was computed; carried: requests a minute that the reservation carries when full."""
    data = drawn["traffic"]
    steps = Steps(float(data["step_seconds"]), data["total"], data["observed"], data["refused"])
    if not any(steps.total):
        return None
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=data["start_us"])
    span = timedelta(microseconds=data["end_us"] - data["start_us"])
    zone = zone_of(answer.measured.window.zone)
    wide = steps.merged(-(-len(steps.total) // MOST_WIDE))
    narrow = wide.merged(2)
    highest = max(wide.rate(i, value) for i, value in enumerate(wide.total))
    line = carried if data["unit"] == "requests" and steps.refused is not None else None
    room = NOTE_ROOM if any(steps.refused or ()) else 1
    axis = ticks(max(highest * room, line if line is not None and line < 2 * highest else 0))
    option = answer.by_key.get(data["option"] or "")
    gutter = round(max(text_width(tick.text) for tick in vertical(axis, TOP, HEIGHT))) + 8
    share = steps.seconds * 1e6 / (data["end_us"] - data["start_us"]) * 100
    return TrafficChart(
        _heading(answer, names, option),
        _deck(answer, span),
        f"{_step_word(wide.seconds)} averages",
        f"{_step_word(narrow.seconds)} averages",
        words.upper_first(f"{data['unit']} a minute"),
        vertical(axis, TOP, HEIGHT),
        gutter,
        time_ticks(start, start + span, zone),
        weekends(start, start + span, zone),
        _paths(wide, span, axis[-1]),
        _paths(narrow, span, axis[-1]),
        _gaps(steps, share),
        None if line is None or line > axis[-1] else TOP + HEIGHT * (1 - line / axis[-1]),
        _note(wide, start, span, zone, data["unit"], option),
        _legend(names, steps, data, line, option),
        *_numbers(steps, start, zone, data["unit"]),
        _description(answer, highest, data["unit"], line),
    )


def load(answer: Answer, over_time: Json) -> TrafficChart | None:
    """Return the chart of a window's load alone, whatever serves it, in grey."""
    found = traffic(answer, Names(), {"traffic": over_time | {"option": None, "refused": None}}, None)
    if found is None:
        return None
    steps = Steps(float(over_time["step_seconds"]), over_time["total"], over_time["observed"], None)
    rate, negative = max((steps.rate(i, total), -i) for i, total in enumerate(steps.total))
    zone = answer.measured.window.zone
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=over_time["start_us"])
    moment = (start + timedelta(seconds=-negative * steps.seconds)).astimezone(zone_of(zone))
    heading = (
        f"Busiest on {moment:%a} {words.day(moment)}, {moment:%H:%M}: {words.rate(rate)} {over_time['unit']} a minute"
    )
    return replace(found, heading=heading, deck=f"Load over the window, {zone};")


def _paths(steps: Steps, span: timedelta, most: float) -> Paths:
    width = steps.seconds / span.total_seconds() * 1000
    total = [steps.rate(i, value) for i, value in enumerate(steps.total)]
    if steps.refused is None:
        return Paths("", "", _path(total, width, most))
    known = [value is not None for value in steps.refused]
    kept = [steps.rate(i, steps.total[i] - (value or 0)) if known[i] else 0 for i, value in enumerate(steps.refused)]
    above = [value if known[i] else 0 for i, value in enumerate(total)]
    grey = [0 if known[i] else value for i, value in enumerate(total)]
    return Paths(
        _path(above, width, most) if any(steps.refused) else "",
        _path(kept, width, most),
        "" if all(known) else _path(grey, width, most),
    )


def _path(values: Sequence[float], width: float, most: float) -> str:
    """Return values as steps above the axis."""
    parts, before = [f"M0,{HEIGHT:.0f}"], ""
    for number, value in enumerate(values):
        y = f"{HEIGHT * (1 - value / most):.1f}".removesuffix(".0")
        if y != before:
            x = f"{min(1000.0, number * width):.1f}".removesuffix(".0")
            parts.append(f"H{x}V{y}" if number else f"V{y}")
            before = y
    return "".join(parts) + f"H1000V{HEIGHT:.0f}Z"


def _gaps(steps: Steps, share: float) -> list[tuple[float, float]]:
    """Return start and width, in percent, of what was not observed."""
    found: list[tuple[float, float]] = []
    for number, observed in enumerate(steps.observed):
        if observed:
            continue
        begin = min(100.0, number * share)
        width = min(share, 100 - begin)
        if found and abs(found[-1][0] + found[-1][1] - begin) < 1e-6:
            found[-1] = (found[-1][0], found[-1][1] + width)
        elif width > 0:
            found.append((begin, width))
    return found


def _note(
    steps: Steps, start: datetime, span: timedelta, zone: tzinfo, unit: str, option: ReportOption | None
) -> Note | None:
    known = [(value or 0, -i) for i, value in enumerate(steps.refused or ())]
    spilled, negative = max(known, default=(0, 0))
    if not spilled or option is None:
        return None
    worst = -negative
    moment = words.nearest_minute(start + timedelta(seconds=worst * steps.seconds)).astimezone(zone)
    x = worst * steps.seconds / span.total_seconds() * 100
    verb = "overflow" if option.mode == "hybrid" else "are turned away"
    text = (
        f"{moment:%a} {moment.day}, {moment:%H:%M}: {words.count(spilled)} of {words.count(steps.total[worst])} {unit} "
        f"{verb} in {SPANS.get(int(steps.seconds)) or words.duration(steps.seconds)}"
    )
    end = x / 100 * WIDE_PIXELS + text_width(text) + 20 > WIDE_PIXELS
    return Note(x, TOP + 13, text, end)


def _heading(answer: Answer, names: Names, option: ReportOption | None) -> str:
    if option is None or option.dedicated is None:
        return f"The traffic peaks at {words.rate(answer.measured.peak_to_mean)} {words.TIMES} its mean"
    offer = names.offer(option.dedicated)
    if option.mode == "autoscaled":
        return f"{words.upper_first(units_of(offer, option.units or 0))} at most follow the load"
    units = words.upper_first(reserved_units(offer, option))
    verb = "carries" if option.units == 1 and not option.second_units else "carry"
    spilled = option.share("overflow_share") or option.share("throttled_share") or 0
    if not spilled:
        return f"{units} {verb} everything"
    coverage = option.share("coverage") or 0
    if option.mode == "dedicated":
        return f"{units} {verb} all but {words.share(1 - coverage)} of the {answer.kept_of}"
    if coverage >= 0.6 and answer.measured.pattern != "spiky":
        return f"{units} {verb} the base; the spikes overflow"
    return f"{units} {verb} {words.share(coverage)} of the {answer.kept_of}; the rest overflows"


def _deck(answer: Answer, span: timedelta) -> str:
    measured = answer.measured
    what = f"{measured.totals.requests:,} requests" if measured.counts_requests else "Traffic"
    how = {"logged": "replayed one by one", "synthesized": "replayed one by one, arrivals drawn within each bucket"}
    zone = measured.window.zone
    said = how.get(measured.arrivals, "split by buckets")
    return f"{what} of {words.span(*answer.window)}, {zone}, {said};" if span else f"{what};"


def _step_word(seconds: float) -> str:
    """Return what averages over so many seconds are called."""
    known = {60: "one-minute", 1800: "half-hour", 3600: "hourly", 86400: "daily"}
    number, unit = words.duration(seconds).split()
    return known.get(int(seconds), f"{number}-{unit.removesuffix('s')}")


def _legend(
    names: Names, steps: Steps, data: Json, line: float | None, option: ReportOption | None
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if steps.refused is None or option is None:
        found.append(("f-grey", f"{data['unit']} of the workload"))
    else:
        plural = names.offer(option.dedicated).units(option.units or 0)
        found.append(("f-reserved", f"kept by the {plural}"))
        refused = sum(value or 0 for value in steps.refused)
        if refused:
            to = f"overflow to {names.offer(option.serverless).label}" if option.mode == "hybrid" else "turned away"
            found.append(("f-use", f"{to}: {words.quantity(refused)} {data['unit']}"))
        if None in steps.refused:
            found.append(("f-grey", "not replayed: a sample of the hours was"))
    if line is not None and option is not None:
        full = "what it carries when full" if option.units == 1 else "what they carry when full"
        found.append(("cap", f"{full}: about {words.rate(line)} {data['unit']} a minute of mean size"))
    if not all(steps.observed):
        found.append(("gap", "not observed"))
    return found


def _numbers(
    steps: Steps, start: datetime, zone: tzinfo, unit: str
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:  # fmt: skip
    """Return the sums by local day; the chart's JSON has every step."""
    days: dict[str, list[float]] = {}
    for number, total in enumerate(steps.total):
        moment = words.nearest_minute(start + timedelta(seconds=number * steps.seconds)).astimezone(zone)
        entry = days.setdefault(words.day(moment), [0.0, 0.0])
        entry[0] += total
        if steps.refused is not None:
            entry[1] += steps.refused[number] or 0
    if steps.refused is None:
        return ("Day", words.upper_first(unit)), [(day, words.count(total)) for day, (total, _) in days.items()]
    rows = [(day, words.count(total), words.count(refused)) for day, (total, refused) in days.items()]
    return ("Day", words.upper_first(unit), "Not kept"), list(rows)


def _description(answer: Answer, highest: float, unit: str, line: float | None) -> str:
    start, end = answer.window
    said = f"Averages of {unit} a minute from {words.day(start)} to {words.day(end)}, at most {words.rate(highest)}."
    return said if line is None else f"{said} The reservation carries about {words.rate(line)} a minute."
