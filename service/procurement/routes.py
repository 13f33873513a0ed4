"""Calls of procurement."""

from datetime import date, timedelta
from typing import Any

from flask import Response

from service.access.models import Organization
from service.evaluations import reporting
from service.evaluations.purchasing import option_of
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.fields import Schema, Text
from service.kit.http.problems import CONFLICT, FieldError, invalid
from service.price_sheets.fields import Day
from service.procurement.focus import CONTENT_TYPE, Expected, cost_and_usage
from service.procurement.term import months_after, term_of

blueprint = Resource("procurement", __name__, description="What is decided, in the forms that finance and buying take.")

Json = dict[str, Any]

READ = "evaluations:read"

LONGEST_MONTHS = 120


class ExpectedBillQuery(Schema):
    """Of which days the bill is expected.

    `starts_on`: when the option begins to be used; today where it is not named. `from` and `to`: first and last day of
    the file; the whole term from `starts_on`, or a year of what has no term.
    """

    option = Text(minimum=1, maximum=500, load_default=None)
    starts_on = Day(load_default=None)
    from_ = Day(load_default=None, data_key="from")
    to = Day(load_default=None)


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


def _expected_bill(
    tx: Transaction, evaluation: Json, option: Json, starts_on: date, commitment_id: str, query: dict[str, Any]
) -> Response:
    first, last = _span(option, starts_on, query)
    organization = tx.session.get_one(Organization, tx.organization_id)
    offers = {
        offer["sku"]: (sheet["provider"], str(offer.get("region") or ""))
        for sheet in reporting.sheets_of(tx, evaluation)
        for offer in sheet["offers"]
    }
    expected = Expected(evaluation, option, organization.id, organization.name, commitment_id, offers, starts_on)
    name = f"expected-{evaluation['id']}-{first}-{last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(cost_and_usage(expected, first, last), headers=headers, content_type=CONTENT_TYPE)


def _span(option: Json, starts_on: date, query: dict[str, Any]) -> tuple[date, date]:
    """Return first and last day of the file. Raises Problem 422 where they contradict each other."""
    term = term_of(option, starts_on)
    first = query["from_"] or starts_on
    last = query["to"] or (term.ends_on if term else months_after(first, 12) - timedelta(days=1))
    if last < first:
        raise invalid(FieldError("/to", "before_start", f"Lies before from, {first}.", "query"))
    if last >= months_after(first, LONGEST_MONTHS):
        raise invalid(FieldError("/to", "too_long", f"Ask for {LONGEST_MONTHS} months at most.", "query"))
    return first, last
