"""Geometry of the charts in a report, worked out of an evaluation's body; the template draws them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

WIDTH, HEIGHT = 720.0, 240.0
"""Of a plot, in SVG units."""

LINE = 13.0
"""From one line of a label to the next, in SVG units."""

MOST_BARS = 14
"""Options drawn: the recommended one and the cheapest others."""

PARTS = (
    ("serverless", ("input_tokens", "cached_input_tokens", "output_tokens", "requests", "compute_seconds")),
    ("used", ("reserved_units", "running_units")),
    ("idle", ("idle",)),
)
"""Parts of a bar and the codes of lines in them, `overflow_` left off; everything else is `other`."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One option: (kind, start, width) of each part, low and high end of its interval, all 0 to 1 of the widest."""

    key: str
    amount: Decimal
    parts: tuple[tuple[str, float, float], ...]
    low: float | None
    high: float | None
    recommended: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A named place on an axis, 0 to WIDTH or HEIGHT. label: height at which its name stands, clear of the others."""

    name: str
    place: float
    label: float


@dataclass(frozen=True, slots=True)
class Crossover:
    """One reserved unit against serverless: lines of money an hour over requests an hour, and where traffic stands."""

    reserved: str
    serverless: str
    requests_per_hour: float
    unit_hourly: Decimal
    token_line: str
    unit_line: str
    crossing: tuple[float, float]
    marks: tuple[Mark, ...]


def bars(evaluation: Json) -> list[Bar]:
    """Return the bars of the recommended option and the cheapest others that are known exactly, cheapest first."""
    chosen = evaluation["recommendation"]["option"]
    exact = [option for option in evaluation["options"] if not option["ruled_out"]]
    shown = [o for i, o in enumerate(exact) if i < MOST_BARS or o["key"] == chosen]
    widest = max((_reach(option) for option in shown), default=Decimal(0)) or Decimal(1)
    return [_bar(option, widest, recommended=option["key"] == chosen) for option in shown]


def _reach(option: Json) -> Decimal:
    interval = option["interval"]
    high = Decimal(0) if interval is None else Decimal(interval["high"]["amount"])
    return max(Decimal(option["monthly_cost"]["amount"]), high)


def _bar(option: Json, widest: Decimal, *, recommended: bool) -> Bar:
    sums: dict[str, Decimal] = {}
    for line in option["lines"]:
        kind = _kind(line["code"].removeprefix("overflow_"))
        sums[kind] = sums.get(kind, Decimal(0)) + Decimal(line["amount"])
    parts, start = [], Decimal(0)
    for kind in (*(name for name, _ in PARTS), "other"):
        if kind in sums:
            parts.append((kind, float(start / widest), float(sums[kind] / widest)))
            start += sums[kind]
    ends = (None, None)
    if option["interval"] is not None:
        ends = tuple(float(Decimal(option["interval"][end]["amount"]) / widest) for end in ("low", "high"))  # type: ignore[assignment]
    return Bar(option["key"], Decimal(option["monthly_cost"]["amount"]), tuple(parts), *ends, recommended)


def _kind(code: str) -> str:
    return next((kind for kind, codes in PARTS if code in codes), "other")


def path(values: Sequence[float], highest: float) -> str:
    """Return values spread over WIDTH as an SVG path, `highest` at the top."""
    step = WIDTH / max(1, len(values) - 1)
    points = (f"{i * step:.1f},{HEIGHT * (1 - value / highest):.1f}" for i, value in enumerate(values))
    return "M" + " L".join(points)


def load_duration(measured: Json) -> tuple[str, list[Mark]]:
    """Return the load-duration curve as a path, and where peak, p95, mean and floor lie on its axis of loads."""
    curve = measured["load_duration"]
    highest = max(curve) or 1
    rates = measured["requests_per_minute"] or measured["tokens_per_minute"]
    named = (("peak", highest), ("p95", rates["p95"]), ("mean", rates["mean"]), ("floor", rates["p05"]))
    places = [HEIGHT * (1 - value / highest) for _, value in named]
    labels = zip(named, places, _apart(places), strict=True)
    return path(curve, highest), [Mark(_called(name, value), place, label) for (name, value), place, label in labels]


def _apart(places: Sequence[float]) -> list[float]:
    """Return where labels of guides at `places`, from the top down, stand: just above, a line apart, over the axis."""
    labels: list[float] = []
    for place in places:
        labels.append(max([place - 3, *(above + LINE for above in labels[-1:])]))
    lowest = HEIGHT - 3
    for i in reversed(range(len(labels))):
        labels[i] = min(labels[i], lowest)
        lowest = labels[i] - LINE
    return labels


def _called(name: str, value: float) -> str:
    return f"{name} {value:,.0f}" if value >= 10 else f"{name} {value:.2g}"


def week(measured: Json) -> list[list[float | None]]:
    """Return the hours of the week as seven days of 24 shades, 0 to 1 of the busiest hour; None was not observed."""
    grid = measured["hour_of_week"]
    busiest = max((load for load in grid if load is not None), default=0) or 1
    shades = [None if load is None else load / busiest for load in grid]
    return [shades[day * 24 : day * 24 + 24] for day in range(7)]


def crossover(evaluation: Json) -> Crossover | None:
    """Return the crossover of what is recommended, else the lowest one; None where there is no pair."""
    pairs = evaluation["comparison"]["crossovers"]
    chosen = next((o for o in evaluation["options"] if o["key"] == evaluation["recommendation"]["option"]), None)
    pair = next((p for p in pairs if chosen is not None and _is_of(p, chosen)), pairs[0] if pairs else None)
    if pair is None or not pair["requests_per_hour"]:
        return None
    at = {name: pair["workload"][name] * pair["requests_per_hour"] for name in ("floor", "mean", "peak")}
    most = 1.1 * max(*at.values(), pair["requests_per_hour"])
    unit, token = float(pair["unit_hourly"]["amount"]), pair["cost_per_request"]
    highest = 1.1 * max(unit, token * most)
    height = HEIGHT * (1 - unit / highest)
    return Crossover(
        pair["reserved"],
        pair["serverless"],
        pair["requests_per_hour"],
        Decimal(pair["unit_hourly"]["amount"]),
        path([0.0, token * most], highest),
        path([unit, unit], highest),
        (WIDTH * pair["requests_per_hour"] / most, height),
        tuple(
            Mark(_called(name, rate), WIDTH * rate / most, (row - 3) * LINE + LINE / 2)
            for row, (name, rate) in enumerate(at.items())
        ),
    )


def _is_of(pair: Json, option: Json) -> bool:
    reserved = option["dedicated"] is not None and pair["reserved"].startswith(
        f"{option['dedicated']}@{option['term_months']}"
    )
    return reserved and option["serverless"] in (None, pair["serverless"])
