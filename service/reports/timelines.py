"""What held since when, drawn for pages: totals of a workload's answers, prices of an offer, a week's traffic."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from service.reports import words
from service.reports.drawings.step_chart import Value, step_chart
from service.reports.templating import TEMPLATES

Json = dict[str, Any]

LEAST = 2
"""Values that a line over time needs to say something."""

WEEK_SECONDS = 7 * 86400
SPARKS = 84
"""Steps of a sparkline: two hours each of a week."""


def totals_chart(values: Sequence[Value], currency: str, now: datetime) -> Markup | None:
    """Return the chart of a workload's recommended totals a month, the first answer first; None of less than two."""
    known = [value for value in values if value.value is not None]
    if len(known) < LEAST:
        return None
    first, last = known[0], known[-1]
    said = f"The recommended total, {currency} a month: {first.text} at first, {last.text} now, {len(values)} answers."
    return _steps("history", "The recommended total over time", [("", values)], now, said)


def prices_chart(unit: str, lines: Sequence[tuple[str, Sequence[Value]]], now: datetime, place: int) -> Markup:
    """Return the chart of prices in one unit by what each is of, the earliest first.

    place: number of the chart on its page.
    """
    said = "; ".join(f"{name}: {values[-1].text}" for name, values in lines)
    columns = ("Since", *(name for name, _ in lines))
    days = sorted({value.since for _, values in lines for value in values})
    at = [{value.since: value.text for value in values} for _, values in lines]
    rows = [(words.day(day), *(texts.get(day, "") for texts in at)) for day in days]
    return _steps(f"price-{place}", f"Prices {unit}", lines, now, f"Prices {unit}: {said}.", columns, rows)


def sparkline(drawn: Json | None) -> Markup | None:
    """Return the last week of a workload's traffic as a small area; None where it is not computed or nothing came.

    drawn: what `chart_data` computed of its answer.
    """
    if drawn is None or not any(drawn["traffic"]["total"]):
        return None
    step = drawn["traffic"]["step_seconds"]
    total = drawn["traffic"]["total"][-max(1, WEEK_SECONDS // step) :]
    size = -(-len(total) // SPARKS)
    sums = [sum(total[i : i + size]) for i in range(0, len(total), size)]
    most, width = max(sums), 1000 / len(sums)
    parts = [f"M0,20V{20 * (1 - sums[0] / most):.1f}"]
    parts += [f"H{i * width:.0f}V{20 * (1 - value / most):.1f}" for i, value in enumerate(sums) if i]
    return Markup(TEMPLATES.get_template("sparkline.html").render(path="".join(parts) + "H1000V20Z"))  # noqa: S704


def _steps(
    name: str,
    title: str,
    lines: Sequence[tuple[str, Sequence[Value]]],
    now: datetime,
    description: str,
    columns: Sequence[str] = (),
    rows: Sequence[Sequence[str]] = (),
) -> Markup:
    chart = step_chart(lines, max([now, *(value.since for _, values in lines for value in values)]), description)
    told = {"id": name, "title": title, "steps": chart, "columns": columns, "rows": rows}
    return Markup(TEMPLATES.get_template("steps.html").render(told))  # noqa: S704 - escaped by the template
