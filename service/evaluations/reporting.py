"""The report on a completed evaluation, with the names that its pinned price sheets give to offers."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response

from service.evaluations import charting, queries, service
from service.evaluations.document import Inputs
from service.kit import typesetting
from service.kit.db.transaction import Transaction
from service.kit.http import strict_json
from service.kit.http.problems import CONFLICT, NOT_FOUND, Problem
from service.price_sheets.pinned import pinned_versions
from service.reports import chart_files, tables
from service.reports.offer_names import Names
from service.reports.paper import report_pdf
from service.reports.reading import Answer
from service.reports.report import CONTENT_SECURITY_POLICY, report

Json = dict[str, Any]

HTML = "text/html; charset=utf-8"

SVG_POLICY = f"default-src 'none'; style-src 'sha256-{chart_files.STYLE_DIGEST}'"
"""What a browser that shows a chart by itself may load for it: its own style, by its digest."""


def as_page(tx: Transaction, evaluation_id: str) -> Response:
    """Answer with the report on an evaluation. Raises Problem 404, and 409 until it is completed."""
    evaluation = completed(tx, evaluation_id)
    page = report(evaluation, sheets_of(tx, evaluation), charting.found(tx, evaluation["digest"]))
    return Response(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY}, content_type=HTML)


def as_pdf(tx: Transaction, evaluation_id: str) -> Response:
    """Answer with the report as a PDF. Raises Problem 404, 409 until it is completed, 501 without typesetting."""
    evaluation = completed(tx, evaluation_id)
    content = report_pdf(evaluation, sheets_of(tx, evaluation), charting.found(tx, evaluation["digest"]))
    headers = {"Content-Disposition": f'inline; filename="{evaluation_id}.pdf"'}
    return Response(content, headers=headers, content_type="application/pdf")


def as_chart(tx: Transaction, evaluation_id: str, file: str) -> Response:
    """Answer with a chart as `{name}.svg` or `{name}.png`, or its numbers as `{name}.json`.

    Raises Problem 404 for a chart that there is not, or not yet, 409 until the evaluation is completed, and for a PNG
    501 without typesetting.
    """
    name, _, form = file.rpartition(".")
    if name not in {"svg": chart_files.SVGS, "png": chart_files.SVGS, "json": chart_files.NAMES}.get(form, ()):
        pictures = [f"{one}.{kind}" for one in chart_files.SVGS for kind in ("svg", "png")]
        known = ", ".join(pictures + [f"{one}.json" for one in chart_files.NAMES])
        raise Problem(NOT_FOUND, f"There is no chart {file}; there are {known}.")
    evaluation = completed(tx, evaluation_id)
    answer, drawn = Answer(evaluation), charting.found(tx, evaluation["digest"])
    if name in chart_files.DRAWN and drawn is None:
        raise Problem(NOT_FOUND, "This chart is being drawn; ask again in some seconds.")
    if form == "json":
        content = strict_json.dumps(
            {"chart": name, "evaluation": evaluation["digest"], "data": chart_files.numbers(answer, drawn, name)}
        )
        return Response(content, content_type="application/json")
    picture = chart_files.svg(answer, Names(sheets_of(tx, evaluation), answer.inputs), drawn, name)
    if picture is None:
        raise Problem(NOT_FOUND, f"This evaluation has nothing to draw in {name}.")
    if form == "png":
        return Response(typesetting.png(picture), content_type="image/png")
    return Response(picture, headers={"Content-Security-Policy": SVG_POLICY}, content_type="image/svg+xml")


def as_table(tx: Transaction, evaluation_id: str, file: str) -> Response:
    """Answer with a table as `{name}.csv` or `{name}.xlsx`. Raises Problem 404, and 409 until it is completed."""
    name, _, form = file.rpartition(".")
    if name not in tables.TABLES or form not in tables.MIME:
        known = ", ".join(f"{one}.{kind}" for one in tables.TABLES for kind in tables.MIME)
        raise Problem(NOT_FOUND, f"There is no table {file}; there are {known}.")
    rows = tables.table(completed(tx, evaluation_id), name) or []
    content = tables.as_csv(rows) if form == "csv" else tables.as_xlsx(rows, name)
    headers = {"Content-Disposition": f'attachment; filename="{evaluation_id}-{file}"'}
    return Response(content, headers=headers, content_type=tables.MIME[form])


def completed(tx: Transaction, evaluation_id: str) -> Json:
    """Return the body of a completed evaluation. Raises Problem 404, and 409 until it is completed."""
    found = queries.content(tx, evaluation_id)
    if found is None:
        state = service.summary(tx, service.get(tx, evaluation_id)).state
        raise Problem(CONFLICT, f"The evaluation is {state}; only a completed one has a report.")
    body: Json = json.loads(found[1])
    return body


def sheets_of(tx: Transaction, evaluation: Json) -> Sequence[Json]:
    """Return the documents of the price sheets that an evaluation stands on."""
    pins = [(str(sheet.id), sheet.version or 0) for sheet in Inputs.of(evaluation["inputs"]).price_sheets]
    return [sheet.document for sheet in pinned_versions(tx.session, tx.organization_id, pins)]
