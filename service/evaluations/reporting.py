"""The report on a completed evaluation, with the names that its pinned price sheets give to offers."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response

from service.evaluations import charting, queries, service
from service.evaluations.document import Inputs
from service.kit.db.transaction import Transaction
from service.kit.http.problems import CONFLICT, Problem
from service.price_sheets.pinned import pinned_versions
from service.reports.report import CONTENT_SECURITY_POLICY, report

Json = dict[str, Any]

HTML = "text/html; charset=utf-8"


def as_page(tx: Transaction, evaluation_id: str) -> Response:
    """Answer with the report on an evaluation. Raises Problem 404, and 409 until it is completed."""
    evaluation = completed(tx, evaluation_id)
    page = report(evaluation, sheets_of(tx, evaluation), charting.found(tx, evaluation["digest"]))
    return Response(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY}, content_type=HTML)


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
