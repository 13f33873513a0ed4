"""The table of scenarios as a file to work on elsewhere: CSV and XLSX, a row a combination."""

from decimal import Decimal
from typing import Any

from flask import Response

from service.reports import tables
from service.workflow.policy import MODES

Json = dict[str, Any]

FORMS = ("text/csv", tables.MIME["xlsx"])

VARIED = ("traffic_factor", "growth_per_month", "prices", "offers")

HEADS = (
    *VARIED,
    *("mode", "option", "monthly_cost", "currency", "confidence", "provisional", "flipped", "change"),
    *(f"cheapest_{mode}" for mode in MODES),
    "flips_in_months",
)


def as_file(table: Json, form: str) -> Response:
    """Return the scenarios of a table as `csv` or `xlsx`, numbers named as the API names them."""
    rows = [HEADS, *(_row(scenario) for scenario in table["scenarios"])]
    content = tables.as_csv(rows) if form == "csv" else tables.as_xlsx(rows, "scenarios")
    headers = {"Content-Disposition": f'attachment; filename="scenarios.{form}"'}
    return Response(content, headers=headers, content_type=tables.MIME[form])


def _row(scenario: Json) -> tables.Row:
    found, cost, change = scenario["recommendation"], scenario["recommendation"]["monthly_cost"], scenario["change"]
    cheapest = scenario["cheapest_by_mode"]
    return (
        Decimal(scenario["traffic_factor"]),
        Decimal(scenario["growth_per_month"]),
        scenario["prices"],
        scenario["offers"],
        found["mode"],
        found["option"],
        None if cost is None else Decimal(cost["amount"]),
        None if cost is None else cost["currency"],
        found["confidence"],
        _yes(found["provisional"]),
        _yes(scenario["flipped"]),
        None if change is None else Decimal(change["amount"]),
        *(Decimal(cheapest[mode]["monthly_cost"]["amount"]) if mode in cheapest else None for mode in MODES),
        scenario["flips_in_months"],
    )


def _yes(holds: object) -> str:
    return "yes" if holds else "no"
