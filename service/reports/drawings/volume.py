"""`volume`: how far traffic may move; the cheapest way of each mode over requests an hour, and the answer below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from service.reports import words
from service.reports.offer_names import Names, kind_of
from service.reports.reading import Answer
from service.reports.scales import Tick, apart, text_width, tick_text, ticks, vertical
from service.workflow.option_key import OptionKey
from service.workflow.policy import MODES

Json = dict[str, Any]

TOP, HEIGHT, LINE = 16.0, 264.0, 18.0
HEADROOM = 1.9
"""The plot ends at so many times what the answer costs at the last volume."""

NEAR = 0.02
"""Flips of traffic are found on a sample, to so much of today's."""

NARROW_PIXELS, WIDE_PIXELS = 280.0, 580.0


@dataclass(frozen=True, slots=True)
class ModeLine:
    """The cheapest way of a mode as a path over 0 to 1000 by 0 to HEIGHT, and its dot at today's volume."""

    mode: str
    path: str
    dot_y: float | None


@dataclass(frozen=True, slots=True)
class Label:
    """A text: percent from the left, pixels from there, pixels from the top."""

    text: str
    x: float
    dx: int
    y: float
    anchor: str
    kind: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of volumes with one answer, in percent. exact: whether its end is a flip point."""

    start: float
    width: float
    mode: str
    key: str
    second: bool
    exact_end: bool


@dataclass(frozen=True, slots=True)
class VolumeChart:
    """The chart with its words and numbers."""

    heading: str
    deck: str
    ticks: list[Tick]
    gutter: int
    x_ticks: list[Tick]
    x_unit: str
    lines: list[ModeLine]
    today: float
    cross: tuple[float, float] | None
    cross_text: str
    labels: list[Label]
    band: list[Piece]
    band_texts: list[Label]
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    description: str


def volume(answer: Answer, names: Names, drawn: Json) -> VolumeChart | None:
    """Return the chart of what was computed; None where nothing is recommended."""
    data, chosen = drawn["volume"], answer.chosen
    if data is None or chosen is None or not data["today_per_hour"]:
        return None
    points, today = data["points"], float(data["today_per_hour"])
    last = float(points[-1]["factor"])
    lines: dict[str, list[tuple[float, float]]] = {mode: _points(points, mode) for mode in MODES}
    lines = {mode: line for mode, line in lines.items() if line}
    own = lines.get(chosen.mode)
    if not own:
        return None
    top = HEADROOM * max(own[-1][1], float(chosen.total)) or 1.0
    axis = ticks(min(top, max(money for line in lines.values() for _, money in line) or 1.0))
    most, at = axis[-1], 100 / last
    drawn_lines = [ModeLine(mode, _path(mode, line, last, most), _dot(line, most)) for mode, line in lines.items()]
    crossing = _cross(chosen.mode, lines)
    band = band_of(answer, data["answers"], last)
    x_axis = ticks(today * last, 4)
    rows, columns = _rows(points, today, lines), _columns(data["unit"], lines)
    return VolumeChart(
        _heading(answer, names, today, last, data["unit"]),
        f"The cheapest way of each mode, up to {words.rate(last)} {words.TIMES} today\u2019s {words.rate(today)} "
        f"{data['unit']} an hour.",
        vertical(axis, TOP, HEIGHT),
        round(max(text_width(tick.text) for tick in vertical(axis, TOP, HEIGHT))) + 8,
        [Tick(x / (today * last) * 100, tick_text(x, x_axis[1])) for x in x_axis if x <= today * last],
        f"{data['unit']} an hour, mean of the window",
        drawn_lines,
        at,
        None if crossing is None else _place(crossing, last, most),
        "" if crossing is None else f"same cost: {words.rate(crossing[0] * today)} an hour",
        _labels(lines, most, at),
        band,
        _band_texts(band, names, today, last),
        columns,
        rows,
        _heading(answer, names, today, last, data["unit"]) + ".",
    )


def _points(points: list[Json], mode: str) -> list[tuple[float, float]]:
    return [(float(p["factor"]), float(p["modes"][mode]["total"])) for p in points if mode in p["modes"]]


def _y(money: float, most: float) -> float:
    return HEIGHT * (1 - money / most)


def _path(mode: str, line: list[tuple[float, float]], last: float, most: float) -> str:
    places = [(factor / last * 1000, _y(money, most)) for factor, money in line]
    first = f"M{places[0][0]:.1f},{places[0][1]:.1f}"
    if mode == "dedicated":
        return first + "".join(f"H{x:.1f}V{y:.1f}" for x, y in places[1:])
    return first + "".join(f"L{x:.1f},{y:.1f}" for x, y in places[1:])


def _at_today(line: list[tuple[float, float]]) -> float | None:
    return next((money for factor, money in line if factor == 1), None)


def _dot(line: list[tuple[float, float]], most: float) -> float | None:
    money = _at_today(line)
    return None if money is None or money > most else TOP + _y(money, most)


def _labels(lines: dict[str, list[tuple[float, float]]], most: float, at: float) -> list[Label]:
    """Return name and total of each mode beside today's line, the dearest on top, each on a line of its own."""
    now = [(money, mode) for mode, line in lines.items() if (money := _at_today(line)) is not None]
    now.sort(reverse=True)
    heights = [TOP + max(0.0, _y(money, most)) - 6 for money, _ in now]
    heights[-1:] = [height + 24 for height in heights[-1:]]
    places = apart(heights, LINE, TOP + 14, TOP + HEIGHT - 6)
    found = [Label("today", at, 0, TOP - 4, "middle", "")]
    for (money, mode), y in zip(now, places, strict=True):
        text = f"{words.upper_first(mode)} {words.money(Decimal(str(money)))}" + (" \u2191" if money > most else "")
        found.append(Label(text, at, 10, y, "start", f"c-{mode}"))
    return found


def _cross(
    mode: str, lines: dict[str, list[tuple[float, float]]]
) -> tuple[float, float] | None:  # fmt: skip
    """Return factor and money where the answer's line meets serverless, or a serverless answer's the nearest other."""
    others = (
        ["serverless"] if mode != "serverless" else [m for m in ("hybrid", "dedicated", "autoscaled") if m in lines]
    )
    found = []
    for other in others:
        one, two = dict(lines[mode]), dict(lines.get(other, ()))
        shared = [factor for factor in one if factor in two]
        for before, after in pairwise(shared):
            gap, then = one[before] - two[before], one[after] - two[after]
            if gap * then < 0 and "dedicated" not in (mode, other):
                part = gap / (gap - then)
                factor = before + part * (after - before)
                found.append((factor, one[before] + part * (one[after] - one[before])))
    return min(found, key=lambda meeting: abs(meeting[0] - 1), default=None)


def _place(crossing: tuple[float, float], last: float, most: float) -> tuple[float, float] | None:
    factor, money = crossing
    return None if money > most else (factor / last * 100, TOP + _y(money, most))


def band_of(answer: Answer, answers: list[Json], last: float) -> list[Piece]:
    """Return the answer at each volume: exact at the flip points, between two volumes looked at else."""
    known = [(float(one["factor"]), one["answer"]) for one in answers]
    changes = [(one, other) for one, other in pairwise(known) if kind_of(one[1]) != kind_of(other[1])]
    limits = [float(flip.value) for flip in answer.flips if flip.kind == "traffic"]
    held = dict(place for value in limits for place in _holding(changes, value))
    cuts: list[tuple[float, str, bool]] = []
    for number, ((before, one), (after, _)) in enumerate(changes):
        end = max(cuts[-1][0] if cuts else 0.0, held.get(number, (before + after) / 2))
        cuts.append((end, one, number in held))
    start, key = 0.0, known[-1][1] if known else ""
    pieces, seen = [], set[str]()
    for end, one, exact in [*cuts, (last, key, False)]:
        mode = one.partition(":")[0]
        pieces.append(Piece(start / last * 100, (end - start) / last * 100, mode, one, mode in seen, exact))
        seen.add(mode)
        start = end
    return [piece for piece in pieces if piece.key and piece.width > 0]


def _holding(
    changes: Sequence[tuple[tuple[float, str], tuple[float, str]]], value: float
) -> Iterator[tuple[int, float]]:
    """Yield the number of the change that a flip point is of, and its value; nothing where none is near."""
    off = [
        (max(before - value, value - after, 0.0), number) for number, ((before, _), (after, _)) in enumerate(changes)
    ]
    least = min(off, default=(NEAR + 1, 0))
    if least[0] <= NEAR:
        yield least[1], value


def _band_texts(band: list[Piece], names: Names, today: float, last: float) -> list[Label]:
    """Return the pieces' names and the exact limits, each only where it fits; `w`: in wide charts alone."""
    texts: list[Label] = []
    told: dict[str, set[str]] = {}
    for piece in band:
        name, key = words.upper_first(piece.mode), OptionKey.parse(piece.key)
        sku = (key and key.reserved) or ""
        if piece.second and sku not in told[piece.mode]:
            name = f"on {names.offer(sku).thing}"
        told.setdefault(piece.mode, set()).add(sku)
        width = text_width(name, weight=600) + 8
        kind = (
            ""
            if width < piece.width / 100 * NARROW_PIXELS
            else "w"
            if width < piece.width / 100 * WIDE_PIXELS
            else None
        )
        if kind is not None:
            texts.append(Label(name, piece.start + piece.width / 2, 0, 352, "middle", f"strong c-{piece.mode} {kind}"))
    ends = [piece.start + piece.width for piece in band if piece.exact_end]
    before = -100.0
    for end in ends:
        text = words.rate(end / 100 * last * today)
        near = (end - before) / 100 * NARROW_PIXELS < text_width(text) + 14
        anchor = "end" if end > 90 else "start" if end < 8 else "middle"
        texts.append(Label(text, end, 0, 368, anchor, "tick w" if near else "tick"))
        before = end
    return texts


def _heading(answer: Answer, names: Names, today: float, last: float, unit: str) -> str:
    flips = [flip for flip in answer.flips if flip.kind == "traffic"]
    if not flips:
        return f"Up to {words.rate(last)} {words.TIMES} today\u2019s traffic nothing changes the answer"
    flip = flips[0]
    mode = flip.to.partition(":")[0]
    chosen = answer.chosen
    what = f"{mode} would win" if chosen is None or mode != chosen.mode else f"{names.key(flip.to)} would win"
    return f"{words.upper_first(flip.direction)} {words.rate(float(flip.value) * today)} {unit} an hour, {what}"


def _columns(unit: str, lines: dict[str, Any]) -> tuple[str, ...]:
    return (f"{words.upper_first(unit)} an hour", *(words.upper_first(mode) for mode in lines))


def _rows(points: list[Json], today: float, lines: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            words.rate(float(point["factor"]) * today),
            *(words.money(Decimal(p["total"])) if (p := point["modes"].get(mode)) else "" for mode in lines),
        )
        for point in points
    ]
