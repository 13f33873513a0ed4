"""Tables of an evaluation to work on elsewhere: CSV and XLSX of options, lines, flip points and crossovers.

Numbers are whole and exact, named as the API names them. A text that a spreadsheet would take for a formula is kept
from being one: CSV puts an apostrophe before it, XLSX writes it as text.
"""

import csv
import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from service.reports.reading import Answer, change_of
from service.workflow.document.values import number

Json = dict[str, Any]
Cell = str | int | float | Decimal | None
Row = Sequence[Cell]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula."""

MIME = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

SHARES = ("utilization", "coverage", "overflow_share", "throttled_share", "slow_share")


def table(evaluation: Json, name: str) -> list[Row] | None:
    """Return a table of an evaluation's body, its first row the heads; None where there is none of this name."""
    made = TABLES.get(name)
    return None if made is None else made(Answer(evaluation))


def as_csv(rows: Sequence[Row]) -> bytes:
    """Return rows as CSV: UTF-8, RFC 4180."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[_plain(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def as_xlsx(rows: Sequence[Row], name: str) -> bytes:
    """Return rows as a workbook of one sheet; numbers are numbers, as exact as the format has them."""
    import xlsxwriter  # noqa: PLC0415 - slow to load, and seldom asked for

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 1)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell, bold if number == 0 else None)
                elif cell is not None:
                    sheet.write_number(number, column, float(cell))
        sheet.autofit()
    return stream.getvalue()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
    return f"{cell:f}" if isinstance(cell, Decimal) else f"{cell}"


def _options(answer: Answer) -> list[Row]:
    heads = (
        "option",
        "mode",
        "recommended",
        "eligible",
        "ruled_out",
        "currency",
        "monthly_cost",
        "adjusted_monthly_cost",
    )
    more = ("units", "term_months", *SHARES, "first_token_p95_ms", "end_to_end_p95_ms", "low", "high", "violations")
    rows: list[Row] = [(*heads, *more)]
    for option in answer.options:
        low, high = option.interval or (None, None)
        rows.append(
            (
                option.key,
                option.mode,
                _yes(option is answer.chosen),
                _yes(option.eligible),
                _yes(option.ruled_out),
                answer.currency,
                option.total,
                option.adjusted,
                option.units,
                option.term_months,
                *(option.share(name) for name in SHARES),
                option.latency_ms("first_token", 95),
                option.latency_ms("end_to_end", 95),
                low,
                high,
                " ".join(option.violations),
            )
        )
    return rows


def _lines(answer: Answer) -> list[Row]:
    rows: list[Row] = [("option", "code", "quantity", "unit", "unit_price", "per", "amount", "currency")]
    for option in answer.options:
        for line in option.lines:
            figures = (line.code, line.quantity, line.unit, line.unit_price, line.per, line.amount)
            rows.append((option.key, *figures, answer.currency))
    return rows


def _flips(answer: Answer) -> list[Row]:
    rows: list[Row] = [("kind", "name", "direction", "value", "current", "unit", "change", "to")]
    for flip in answer.flips:
        change = change_of(flip)
        share = None if change is None else float(change)
        rows.append((flip.kind, flip.name, flip.direction, flip.value, flip.current, flip.unit, share, flip.to))
    return rows


def _crossovers(answer: Answer) -> list[Row]:
    heads = (
        "reserved",
        "serverless",
        "unit_hourly",
        "currency",
        "cost_per_request",
        "requests_per_hour",
        "utilization",
    )
    rows: list[Row] = [heads]
    for pair in answer.comparison.crossovers:
        unit = pair.unit_hourly
        figures = (number(found) for found in (pair.cost_per_request, pair.requests_per_hour, pair.utilization))
        rows.append((pair.reserved, pair.serverless, unit.amount, unit.currency, *figures))
    return rows


def _yes(value: bool) -> str:
    return "yes" if value else "no"


TABLES: dict[str, Callable[[Answer], list[Row]]] = {
    "options": _options,
    "lines": _lines,
    "flip-points": _flips,
    "crossovers": _crossovers,
}
"""The tables by the names of their addresses."""
