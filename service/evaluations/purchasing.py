"""What an evaluation's option would be bought as, before anybody approved it: a purchase request that says so."""

from typing import Any

from flask import Response, request

from service.access.models import Organization
from service.evaluations import reporting
from service.evaluations.ordering import ordered
from service.kit import canonical_json
from service.kit.db.transaction import Transaction
from service.kit.http.problems import CONFLICT, FieldError, Problem, define, invalid
from service.purchase_requests import order_x, paper, tables
from service.purchase_requests.document import Approval, Subject, purchase_request
from service.workflow.document.options import AnsweredOption
from service.workflow.document.stored import read_option
from service.workloads import service as workloads

Json = dict[str, Any]

FORMS = {"json": "application/json", "csv": "text/csv", "xml": "application/xml", "pdf": "application/pdf"}
"""Forms of a purchase request, and the media types that ask for them."""

OTHER_FORMS = tuple(media for form, media in FORMS.items() if form != "json")
"""Media types of the forms that are no JSON."""

NOT_ACCEPTABLE = define(
    "not-acceptable", 406, "Not acceptable",
    "The answer is not made in any form that the `Accept` header takes. The detail names the forms there are; leave "
    "the header out, or name a form with `format`.",
)  # fmt: skip


def as_purchase_request(tx: Transaction, evaluation_id: str, query: Json) -> Response:
    """Answer with the draft of an option of an evaluation. Raises Problem 404, 406, 409, 422, 501."""
    evaluation = reporting.completed(tx, evaluation_id)
    return respond(requested(tx, evaluation, query["option"]), evaluation, query["format"], query["profile"])


def requested(
    tx: Transaction,
    evaluation: Json,
    key: str | None,
    approval: Approval | None = None,
    names: tuple[str, str] | None = None,
) -> Json:
    """Return the purchase request of what an option orders newly.

    names: of organization and workload as they were, None: as they are now. Raises Problem 422 where there is no such
    option with figures, 409 where all its units are bought already.
    """
    chosen = option_of(evaluation, key)
    option = ordered(chosen, evaluation["inputs"]["policy"])
    if option.units == 0 and chosen.mode == "dedicated":
        told = f"All units of {chosen.key} are bought already by running commitments: nothing is ordered."
        raise Problem(CONFLICT, told)
    if names is None:
        organization = tx.session.get_one(Organization, tx.organization_id)
        names = organization.name, workloads.get(tx, evaluation["workload_id"]).name
    sheets = reporting.sheets_of(tx, evaluation)
    return purchase_request(Subject(evaluation, option, sheets, *names, approval))


def option_of(evaluation: Json, key: str | None) -> AnsweredOption:
    """Return an option with figures, the recommended one where none is named. Raises Problem 422."""
    known = {option["key"]: option for option in evaluation["options"] if not option["ruled_out"]}
    key = key or evaluation["recommendation"]["option"]
    if key is None or key not in known:
        said = "The evaluation recommends nothing" if key is None else "No option of the evaluation with figures"
        named = f"; name one of {', '.join(list(known)[:20])}." if known else "; there is none to buy."
        raise invalid(FieldError("/option", "unknown_option", f"{said}{named}", "query"))
    return read_option(known[key])


def respond(document: Json, evaluation: Json, form: str | None, profile: str) -> Response:
    """Answer with a purchase request in the form that was named, or that the request accepts.

    Raises Problem 406 where it accepts none, 501 for a PDF without typesetting.
    """
    form = form or _accepted()
    content, media = {
        "json": lambda: (canonical_json.dumps(document), FORMS["json"]),
        "csv": lambda: (tables.as_csv(document, profile), tables.CONTENT_TYPE),
        "xml": lambda: (order_x.order_x(document), order_x.CONTENT_TYPE),
        "pdf": lambda: (paper.as_pdf(document, evaluation), paper.CONTENT_TYPE),
    }[form]()
    name = f"purchase-request-{document['number']}.{form}"
    headers = {"Content-Disposition": f'{"inline" if form in ("json", "pdf") else "attachment"}; filename="{name}"'}
    return Response(content, headers={**headers, "Vary": "Accept"}, content_type=media)


def _accepted() -> str:
    accepted = request.accept_mimetypes
    media = accepted.best_match(FORMS.values()) if accepted else FORMS["json"]
    if media is None:
        raise Problem(NOT_ACCEPTABLE, f"A purchase request is made as {', '.join(FORMS.values())}.")
    return next(form for form, known in FORMS.items() if known == media)
