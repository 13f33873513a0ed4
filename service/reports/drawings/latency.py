"""`latency`: what speed costs; a dot an option, over its seconds at the percentile that is asked for."""

from dataclasses import dataclass

from service.reports import words
from service.reports.offer_names import Names
from service.reports.reading import Answer, ReportOption
from service.reports.scales import Tick, text_width, tick_text, ticks, vertical

TOP, HEIGHT = 10.0, 200.0
MOST_DOTS = 40
MOST_TITLES = 20
"""Dots have titles up to so many: among more nobody points at one, and the numbers name them."""

MOST_LABEL = 250.0
PLOT_NARROW = 280.0
"""Pixels of the longest label, and of a narrow chart beside its axis."""

CUT = 4
"""Options above so many times the recommended total are left out."""


@dataclass(frozen=True, slots=True)
class Dot:
    """An option: x in percent, y in pixels. tight: its label has no room beside it in narrow charts, only below."""

    x: float
    y: float
    mode: str
    title: str
    label: str
    end: bool
    tight: bool


@dataclass(frozen=True, slots=True)
class Speeds:
    """The dots; path: the Pareto front over 0 to 1000. unknown: heights of options whose latency nobody knows."""

    metric: str
    y_ticks: list[Tick]
    x_ticks: list[Tick]
    dots: list[Dot]
    front: str
    target: float | None
    target_text: str
    unknown: int
    left_out: int
    rows: list[tuple[str, str, str]]
    description: str


def latency(answer: Answer, names: Names) -> Speeds | None:
    """Return the chart; None where fewer than two options' latencies are known."""
    policy = answer.policy.get("latency") or {}
    metric, percentile = policy.get("metric", "first_token"), float(policy.get("percentile", 95))
    percentile = percentile if percentile in (50, 95, 99) else 95.0
    exact = [option for option in answer.options if not option.ruled_out and option.eligible]
    known = [(o, ms / 1000) for o in exact if (ms := o.latency_ms(metric, percentile)) is not None]
    base = answer.chosen or (exact[0] if exact else None)
    if base is None or len(known) < 2:
        return None
    limit = max(CUT * base.total, min(o.total for o, _ in known) * CUT)
    shown = [(o, s) for o, s in known if o.total <= limit][:MOST_DOTS]
    if len(shown) < 2:
        return None
    target = policy.get("target_ms")
    asked = None if target is None else float(target) / 1000
    slowest = max(s for _, s in shown)
    most = max(slowest, asked if asked and asked < 4 * slowest else 0)
    xs = ticks(most, 4 if most >= BRIEF_SECONDS else 2)
    ys = ticks(float(max(o.total for o, _ in shown)) or 1)
    what = "First token" if metric == "first_token" else "Whole answer"
    return Speeds(
        f"{what}, seconds that {percentile:g}{words.SPACE}% of requests do not exceed",
        vertical(ys, TOP, HEIGHT),
        [Tick(x / xs[-1] * 100, tick_text(x, xs[1])) for x in xs],
        [_dot(answer, names, o, s, xs[-1], ys[-1], titled=len(shown) <= MOST_TITLES) for o, s in shown],
        _front(shown, xs[-1], ys[-1]),
        None if asked is None or asked > xs[-1] else asked / xs[-1] * 100,
        "" if asked is None else f"asked for: {words.rate(asked)}{words.SPACE}s",
        len(exact) - len(known),
        len(known) - len(shown),
        [(names.full(o), f"{words.rate(s)}", words.money(o.total)) for o, s in shown],
        f"{len(shown)} options by seconds and money; the fastest takes {words.rate(min(s for _, s in shown))} s.",
    )


BRIEF_SECONDS = 0.1
"""Below it, ticks take four decimals, and four of them would meet on a phone."""


def _dot(
    answer: Answer, names: Names, option: ReportOption, seconds: float, most_x: float, most_y: float, *, titled: bool
) -> Dot:
    x, y = seconds / most_x * 100, TOP + HEIGHT * (1 - float(option.total) / most_y)
    label = names.option(option) if option is answer.chosen else ""
    wide = text_width(label, weight=600)
    return Dot(
        x,
        y,
        option.mode,
        f"{names.full(option)}: {words.rate(seconds)} s, {words.money(option.total)}" if titled else "",
        label if wide < MOST_LABEL else "",
        x > 50,
        (x if x > 50 else 100 - x) / 100 * PLOT_NARROW < wide + 9,
    )


def _front(shown: list[tuple[ReportOption, float]], most_x: float, most_y: float) -> str:
    """Return the options that none beats in both, joined from the fastest to the cheapest."""
    front: list[tuple[float, float]] = []
    for option, seconds in sorted(shown, key=lambda pair: (pair[1], pair[0].total)):
        money = float(option.total)
        if not front or money < front[-1][1]:
            front.append((seconds, money))
    points = (f"{s / most_x * 1000:.1f},{HEIGHT * (1 - m / most_y):.1f}" for s, m in front)
    return "M" + "L".join(points) if len(front) > 1 else ""
