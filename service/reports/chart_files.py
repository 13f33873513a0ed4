"""Charts of a report as files of their own: SVG with its colours written in, and the numbers behind it as JSON."""

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from service.reports.costs import PART_WORDS, costs
from service.reports.drawings.changes import Change, changes
from service.reports.drawings.duration import duration
from service.reports.drawings.latency import latency
from service.reports.drawings.traffic import traffic
from service.reports.drawings.units import units
from service.reports.drawings.volume import volume
from service.reports.drawings.week import week
from service.reports.offer_names import Names
from service.reports.reading import Answer, ReportOption
from service.reports.scales import STATIC
from service.reports.sections import carried_per_minute
from service.reports.templating import TEMPLATES
from service.workflow.document.encoding import encode

Json = dict[str, Any]

WIDTH = 860
"""Of a chart in a file of its own, pixels."""

DRAWN = ("traffic", "volume")
"""Charts of data that are computed after an evaluation."""

SVGS = ("costs", "traffic", "volume", "changes", "units", "latency", "duration", "week")
"""Every chart, in the order of a report."""

NAMES = SVGS

OWN_TEMPLATES = ("costs", "changes", "week")
"""Charts that a report draws as a table or twice, for wide and narrow pages."""

HEIGHTS = {"volume": 376, "units": 246, "week": 200}
"""Pixels below a file's heading, of all others 236."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes as a chart."""

    rows: list[Change]
    heading: str = "What would change the answer"
    description: str = "A row a figure, the nearest first; a bar from what it is now to where the answer turns."
    unit: str = "Nearest first. Prices are what to negotiate about."


def drawable(answer: Answer, names: Names, drawn: Json | None) -> list[str]:
    """Return the charts that an evaluation has something to draw in."""
    return [name for name in SVGS if _chart(answer, names, drawn, name) is not None]


def svg(answer: Answer, names: Names, drawn: Json | None, name: str) -> str | None:
    """Return a chart as an SVG file; None where the evaluation has nothing to draw in it."""
    chart = _chart(answer, names, drawn, name)
    if chart is None:
        return None
    page = TEMPLATES.get_template(f"{name}_file.svg" if name in OWN_TEMPLATES else "chart_file.svg")
    return page.render(
        name=name,
        chart=chart,
        ticks=getattr(chart, "ticks", None) or getattr(chart, "y_ticks", None),
        height=_height(name, chart),
        width=WIDTH,
        style=STYLE,
        unit=getattr(chart, "unit", f"{answer.currency} a month"),
        heading=getattr(chart, "heading", "What speed costs" if name == "latency" else "How much of the time"),
        part_words=PART_WORDS,
        answer_inside=answer.share_inside,
    )


def _height(name: str, chart: Any) -> int:  # noqa: ANN401 - one of the charts
    high = {"costs": 62, "changes": 46}.get(name)
    return HEIGHTS.get(name, 236) if high is None else high * len(chart.rows) + 24


def numbers(answer: Answer, drawn: Json | None, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return the numbers behind a chart as JSON, spelled as the evaluation spells them; None where there are none."""
    measured = answer.measured
    if name in DRAWN:
        return None if drawn is None else drawn[name]
    if name == "costs":
        return [_priced(option, "parts", {k: str(v) for k, v in option.parts.items()}) for option in answer.options]
    if name == "latency":
        return [_priced(one, "latency_ms", one.body.get("latency_ms")) for one in answer.options]
    found: dict[str, Any] = {
        "changes": encode(answer.comparison.flip_points),
        "duration": {"unit": measured.load_unit, "load_duration": list(measured.load_duration)},
        "units": encode(answer.comparison.marginal_units),
        "week": {"zone": measured.window.zone, "hour_of_week": list(measured.hour_of_week)},
    }
    return found.get(name)


def _priced(option: ReportOption, name: str, figures: Any) -> Json:  # noqa: ANN401 - JSON
    return {"option": option.key, "monthly_cost": option.body["monthly_cost"], name: figures}


def _chart(answer: Answer, names: Names, drawn: Json | None, name: str) -> Any:  # noqa: ANN401 - one of the charts
    if name in DRAWN and drawn is None:
        return None
    carried = carried_per_minute(answer)
    made: dict[str, Callable[[], Any]] = {
        "traffic": lambda: traffic(answer, names, drawn or {}, carried),
        "volume": lambda: volume(answer, names, drawn or {}),
        "duration": lambda: duration(answer, carried),
        "units": lambda: units(answer),
        "latency": lambda: latency(answer, names),
        "costs": lambda: costs(answer, names),
        "changes": lambda: _changes(answer, names),
        "week": lambda: week(answer),
    }
    return made[name]()


def _changes(answer: Answer, names: Names) -> Changes | None:
    rows = changes(answer, names) if answer.decided else []
    return Changes(rows) if rows else None


def _style() -> str:
    """Return the report's rules with the light palette written in, those of screens and paper left out."""
    text = (STATIC / "report.css").read_text()
    text = text[: text.index("@media (max-width")]
    palette = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]+)", text[: text.index("@media")]))
    rules = text[text.index("svg text") :]
    return re.sub(r"var\(--([a-z0-9-]+)\)", lambda found: palette[found[1]], rules)


STYLE = _style()
"""Lies in each file."""

STYLE_DIGEST = b64encode(sha256(STYLE.encode()).digest()).decode()
