"""An evaluation: its report in the site's frame, the evidence behind it, and how far it is until then."""

import marshmallow as ma
from flask import Blueprint, Response, make_response, render_template, request, send_from_directory
from markupsafe import Markup

from service.evaluations import charting, reporting, service
from service.evaluations.purchasing import FORMS, as_purchase_request
from service.evaluations.states import Summary
from service.kit import typesetting
from service.kit.db.transaction import Transaction
from service.kit.http.problems import NOT_FOUND, Problem
from service.pages import door, options
from service.purchase_requests.schemas import PurchaseRequestQuery
from service.reports import chart_files, tables
from service.reports.answer import sentence
from service.reports.offer_names import Names
from service.reports.reading import Answer
from service.reports.report import Links, body, evidence_body
from service.reports.scales import STATIC
from service.workloads import queries as workloads

AGAIN = {"Refresh": "2"}
"""A page of something under way asks for itself again, without scripts."""


def register(blueprint: Blueprint) -> None:
    """Add the pages of evaluations, and the style and font that reports are drawn with."""
    door.page(blueprint, "/evaluations/<id(ev):evaluation_id>", "evaluations:read", show_evaluation)
    door.page(blueprint, "/evaluations/<id(ev):evaluation_id>/evidence", "evaluations:read", show_evidence)
    door.page(blueprint, "/evaluations/<id(ev):evaluation_id>.pdf", "evaluations:read", report_as_pdf)
    door.page(blueprint, "/evaluations/<id(ev):evaluation_id>/charts/<chart>", "evaluations:read", chart_file)
    door.page(blueprint, "/evaluations/<id(ev):evaluation_id>/tables/<table>", "evaluations:read", table_file)
    request_rule = "/evaluations/<id(ev):evaluation_id>/purchase-request.<form>"
    door.page(blueprint, request_rule, "evaluations:read", purchase_request_file)
    blueprint.get("/static/report/<name>")(report_file)


def report_as_pdf(tx: Transaction, evaluation_id: str) -> Response:
    """Give the report as a PDF."""
    return reporting.as_pdf(tx, evaluation_id)


def chart_file(tx: Transaction, evaluation_id: str, chart: str) -> Response:
    """Give a chart as a file, as the API does."""
    return reporting.as_chart(tx, evaluation_id, chart)


def table_file(tx: Transaction, evaluation_id: str, table: str) -> Response:
    """Give a table as a file, as the API does."""
    return reporting.as_table(tx, evaluation_id, table)


def report_file(name: str) -> Response:
    """Send a file that reports are drawn with."""
    return send_from_directory(STATIC, name, max_age=3600)


def purchase_request_file(tx: Transaction, evaluation_id: str, form: str) -> Response:
    """Give an option, the recommended one unless another is named, as a purchase request, marked as a draft."""
    asked = {"format": form} | {name: request.args[name] for name in ("option",) if name in request.args}
    try:
        query = PurchaseRequestQuery().load(asked)
    except ma.ValidationError as error:
        raise Problem(NOT_FOUND, f"There is no purchase request as {form}; there are {', '.join(FORMS)}.") from error
    return as_purchase_request(tx, evaluation_id, query)


def show_evaluation(tx: Transaction, evaluation_id: str) -> Response:
    """Show the report on an evaluation; until it is completed, how far it is."""
    standing = service.summary(tx, service.get(tx, evaluation_id))
    if standing.result is None:
        return _progress(tx, standing)
    evaluation = reporting.completed(tx, evaluation_id)
    sheets, drawn = reporting.sheets_of(tx, evaluation), charting.found(tx, evaluation["digest"])
    answer = Answer(evaluation)
    return make_response(
        render_template(
            "evaluation.html",
            title=sentence(answer, Names(sheets, answer.inputs)).heading,
            body=body(evaluation, sheets, drawn, _links(tx, standing)),
            trail=trail_of(tx, standing),
            evaluation_id=evaluation_id,
        )
    )


def show_evidence(tx: Transaction, evaluation_id: str) -> str:
    """Show everything that an answer stands on; its options by what the address asks for."""
    standing = service.summary(tx, service.get(tx, evaluation_id))
    answer = Answer(reporting.completed(tx, evaluation_id))
    names = Names(reporting.sheets_of(tx, answer.body), answer.inputs)
    return render_template(
        "evidence_page.html",
        chosen=options.chosen(answer, request.args),
        currency=answer.currency,
        files=[f"{name}.{form}" for name in tables.TABLES for form in tables.MIME],
        charts=chart_files.drawable(answer, names, charting.found(tx, answer.digest)),
        png=typesetting.is_installed(),
        requests=FORMS if answer.chosen is not None else (),
        body=evidence_body(answer, with_options=False),
        trail=trail_of(tx, standing),
        here=f"/evaluations/{evaluation_id}",
    )


def _links(tx: Transaction, standing: Summary) -> Links:
    """Return where the report leads, with the buttons beside its answer."""
    here = f"/evaluations/{standing.evaluation.id}"
    decidable = standing.result is not None and standing.result.option is not None
    mode = "" if standing.result is None else standing.result.mode
    told = {"here": here, "actor": tx.actor, "evaluation": standing.evaluation, "decidable": decidable}
    buttons = render_template("actions.html", mode=mode, **told)
    return Links(evidence=f"{here}/evidence", actions=Markup(buttons))  # noqa: S704 - escaped by the template


def _progress(tx: Transaction, standing: Summary) -> Response:
    under_way = standing.state in ("queued", "running")
    shown = render_template(
        "progress.html",
        state=standing.state,
        progress=standing.progress(tx.now),
        error=standing.job and standing.job.error,
        trail=trail_of(tx, standing),
    )
    return make_response(shown, AGAIN if under_way else {})


def trail_of(tx: Transaction, standing: Summary) -> dict[str, object]:
    """Return what the way back to the evaluation's workload is made of."""
    evaluation = standing.evaluation
    workload = workloads.workload(tx, evaluation.workload_id)
    version = None if standing.result is None else standing.result.version
    return {"workload": workload, "evaluation_id": evaluation.id, "version": version}
