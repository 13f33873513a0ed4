"""The table of scenarios as a file to work on elsewhere: CSV and XLSX, a row a combination."""

from collections.abc import Sequence

from flask import Response

from service.evaluations.scenarios.table import Scenario
from service.reports import tables
from service.workflow.document.values import shown
from service.workflow.policy import MODES

FORMS = ("text/csv", tables.MIME["xlsx"])

VARIED = ("traffic_factor", "growth_per_month", "prices", "offers")

HEADS = (
    *VARIED,
    *("mode", "option", "monthly_cost", "currency", "confidence", "provisional", "flipped", "change"),
    *(f"cheapest_{mode}" for mode in MODES),
    "flips_in_months",
)


def as_file(scenarios: Sequence[Scenario], form: str) -> Response:
    """Return scenarios as `csv` or `xlsx`, numbers named as the API names them."""
    rows = [HEADS, *map(_row, scenarios)]
    content = tables.as_csv(rows) if form == "csv" else tables.as_xlsx(rows, "scenarios")
    headers = {"Content-Disposition": f'attachment; filename="scenarios.{form}"'}
    return Response(content, headers=headers, content_type=tables.MIME[form])


def _row(scenario: Scenario) -> tables.Row:
    cell, found, cheapest = scenario.cell, scenario.recommended, scenario.cheapest
    cost, change = found.monthly_cost, scenario.change
    return (
        shown(cell.traffic_factor),
        shown(cell.growth_per_month),
        cell.prices,
        cell.offers,
        found.mode,
        found.option,
        None if cost is None else shown(cost.amount),
        None if cost is None else cost.currency,
        found.confidence,
        _yes(found.provisional),
        _yes(scenario.flipped),
        None if change is None else shown(change.amount),
        *(shown(cheapest[mode].monthly_cost.amount) if mode in cheapest else None for mode in MODES),
        scenario.flips_in_months,
    )


def _yes(holds: object) -> str:
    return "yes" if holds else "no"
