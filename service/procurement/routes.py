"""Calls of procurement."""

from datetime import date, timedelta
from typing import Any

from flask import Response

from service.access.models import Organization
from service.decisions.requesting import purchase_request_of
from service.evaluations import reporting
from service.evaluations.ordering import ordered
from service.evaluations.purchasing import NOT_ACCEPTABLE, OTHER_FORMS, option_of, respond
from service.kit.clock import months_after
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.fields import Schema, Text
from service.kit.http.problems import CONFLICT, FieldError, invalid
from service.kit.typesetting import NOT_INSTALLED
from service.price_sheets.fields import Day
from service.procurement import decided
from service.procurement.contracts import contract_commitment
from service.procurement.focus import CONTENT_TYPE, Expected, Sold, cost_and_usage
from service.procurement.term import term_of
from service.purchase_requests.schemas import PurchaseRequestFormQuery, PurchaseRequestSchema
from service.reports.offer_names import Names
from service.workflow.document.options import AnsweredOption

blueprint = Resource("procurement", __name__, description="What is decided, in the forms that finance and buying take.")

Json = dict[str, Any]

READ = "evaluations:read"

LONGEST_MONTHS = 120


DECISIONS_READ = "decisions:read"

DECISION = "/decisions/<id(dc):decision_id>"


class DecidedBillQuery(Schema):
    """Of which days the bill is expected: the whole term, or a year of what has no term, where none are named."""

    from_ = Day(load_default=None, data_key="from")
    to = Day(load_default=None)


class ExpectedBillQuery(DecidedBillQuery):
    """Of which option and days the bill is expected.

    `starts_on`: when the option begins to be used; today where it is not named.
    """

    option = Text(minimum=1, maximum=500, load_default=None)
    starts_on = Day(load_default=None)


@blueprint.endpoint(
    "GET",
    "/evaluations/<id(ev):evaluation_id>/focus/cost-and-usage",
    scope=READ,
    query=ExpectedBillQuery,
    problems=[CONFLICT],
)
def export_expected_bill(tx: Transaction, evaluation_id: str, query: dict[str, Any]) -> Response:
    """Return the bill that an option is expected to bring as a Cost and Usage file of FOCUS 1.4, as CSV."""
    evaluation = reporting.completed(tx, evaluation_id)
    option = option_of(evaluation, query["option"])
    return _expected_bill(tx, evaluation, option, query["starts_on"] or tx.now.date(), evaluation_id, query)


@blueprint.endpoint(
    "GET",
    f"{DECISION}/purchase-request",
    scope=DECISIONS_READ,
    query=PurchaseRequestFormQuery,
    returns=PurchaseRequestSchema,
    forms=OTHER_FORMS,
    problems=[CONFLICT, NOT_ACCEPTABLE, NOT_INSTALLED],
)
def get_purchase_request(tx: Transaction, decision_id: str, query: dict[str, Any]) -> Response:
    """Return a decision as what is to be bought, a draft until it is approved.

    JSON, CSV, Order-X XML or PDF/A-3, by `Accept` or `format`; built again it has the same bytes.
    """
    request, evaluation = purchase_request_of(tx, decided.standing(tx, decision_id))
    return respond(request, evaluation, query["format"], query["profile"])


@blueprint.endpoint(
    "GET", f"{DECISION}/focus/cost-and-usage", scope=DECISIONS_READ, query=DecidedBillQuery, problems=[CONFLICT]
)
def export_decided_bill(tx: Transaction, decision_id: str, query: dict[str, Any]) -> Response:
    """Return the bill that a decision is expected to bring as Cost and Usage of FOCUS 1.4, as CSV."""
    decision = decided.standing(tx, decision_id)
    evaluation = reporting.completed(tx, decision.evaluation_id)
    option = option_of(evaluation, decision.option)
    name = decided.reference_of(tx, decision)[0]
    return _expected_bill(tx, evaluation, option, decided.starts_on(decision), name, query)


@blueprint.endpoint("GET", f"{DECISION}/focus/contract-commitment", scope=DECISIONS_READ, problems=[CONFLICT])
def export_decided_contract(tx: Transaction, decision_id: str) -> Response:
    """Return what a decision commits as Contract Commitment of FOCUS 1.4, as CSV: proposed, pending, active, ended."""
    decision = decided.standing(tx, decision_id)
    name = f"contract-commitment-{decision_id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(contract_commitment(tx, decision), headers=headers, content_type=CONTENT_TYPE)


def _expected_bill(
    tx: Transaction,
    evaluation: Json,
    option: AnsweredOption,
    starts_on: date,
    commitment_id: str,
    query: dict[str, Any],
) -> Response:
    option = ordered(option, evaluation["inputs"]["policy"])
    first, last = _span(option, starts_on, query)
    organization = tx.session.get_one(Organization, tx.organization_id)
    offers = _sold(option, Names(reporting.sheets_of(tx, evaluation), evaluation["inputs"]))
    expected = Expected(evaluation, option, organization.id, organization.name, commitment_id, offers, starts_on)
    name = f"expected-{evaluation['id']}-{first}-{last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(cost_and_usage(expected, first, last), headers=headers, content_type=CONTENT_TYPE)


def _sold(option: AnsweredOption, names: Names) -> dict[str, Sold]:
    """Return what bills say of an option's offers, by side; of an offer of no known sheet, what answers call it."""
    named = {"dedicated": option.dedicated, "serverless": option.serverless}
    sides = {side: name for side, name in named.items() if name is not None}
    unknown = {name: ({"provider": name}, {"sku": name}) for name in sides.values()}
    listed = {side: (unknown | names.listed)[name] for side, name in sides.items()}
    return {
        side: Sold(sheet["provider"], offer["sku"], str(offer.get("region") or ""))
        for side, (sheet, offer) in listed.items()
    }


def _span(option: AnsweredOption, starts_on: date, query: dict[str, Any]) -> tuple[date, date]:
    """Return first and last day of the file. Raises Problem 422 where they contradict each other."""
    term = term_of(option, starts_on)
    first = query["from_"] or starts_on
    last = query["to"] or (term.ends_on if term else months_after(first, 12) - timedelta(days=1))
    if last < first:
        raise invalid(FieldError("/to", "before_start", f"Lies before from, {first}.", "query"))
    if last >= months_after(first, LONGEST_MONTHS):
        raise invalid(FieldError("/to", "too_long", f"Ask for {LONGEST_MONTHS} months at most.", "query"))
    return first, last
