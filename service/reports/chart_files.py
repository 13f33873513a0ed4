"""Charts of a report as files of their own: SVG with its colours written in, and the numbers behind it as JSON."""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

from service.reports.drawings.duration import duration
from service.reports.drawings.latency import latency
from service.reports.drawings.traffic import traffic
from service.reports.drawings.units import units
from service.reports.drawings.volume import volume
from service.reports.offer_names import Names
from service.reports.reading import Answer
from service.reports.scales import STATIC
from service.reports.sections import carried_per_minute
from service.reports.templating import TEMPLATES

Json = dict[str, Any]

WIDTH = 860
"""Of a chart in a file of its own, pixels."""

DRAWN = ("traffic", "volume")
"""Charts of data that are computed after an evaluation."""

SVGS = ("traffic", "volume", "duration", "units", "latency")
"""Charts that are pictures; `costs`, `changes` and `week` are tables, and have JSON alone."""

NAMES = (*SVGS, "costs", "changes", "week")


def svg(answer: Answer, names: Names, drawn: Json | None, name: str) -> str | None:
    """Return a chart as an SVG file; None where the evaluation has nothing to draw in it."""
    chart = _chart(answer, names, drawn, name)
    if chart is None:
        return None
    return TEMPLATES.get_template("chart_file.svg").render(
        name=name,
        chart=chart,
        ticks=getattr(chart, "ticks", None) or chart.y_ticks,
        height={"volume": 376, "units": 246}.get(name, 236),
        width=WIDTH,
        style=STYLE,
        unit=getattr(chart, "unit", f"{answer.currency} a month"),
        heading=getattr(chart, "heading", "What speed costs" if name == "latency" else "How much of the time"),
    )


def numbers(answer: Answer, drawn: Json | None, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return the numbers behind a chart as JSON, spelled as the evaluation spells them; None where there are none."""
    comparison, measured = answer.body["comparison"], answer.measured
    if name in DRAWN:
        return None if drawn is None else drawn[name]
    if name == "costs":
        return [
            {"option": o.key, "monthly_cost": o.body["monthly_cost"], "parts": {k: str(v) for k, v in o.parts.items()}}
            for o in answer.options
        ]
    if name == "latency":
        return [
            {"option": o.key, "monthly_cost": o.body["monthly_cost"], "latency_ms": o.body.get("latency_ms")}
            for o in answer.options
        ]
    found = {
        "changes": comparison["flip_points"],
        "duration": {"unit": measured["load_unit"], "load_duration": measured["load_duration"]},
        "units": comparison.get("marginal_units"),
        "week": {"zone": measured["window"]["zone"], "hour_of_week": measured["hour_of_week"]},
    }
    return found.get(name)


def _chart(answer: Answer, names: Names, drawn: Json | None, name: str) -> Any:  # noqa: ANN401 - one of the charts
    carried = carried_per_minute(answer)
    if name == "traffic":
        return None if drawn is None else traffic(answer, names, drawn, carried)
    if name == "volume":
        return None if drawn is None else volume(answer, names, drawn)
    if name == "duration":
        return duration(answer, carried)
    return units(answer) if name == "units" else latency(answer, names)


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
