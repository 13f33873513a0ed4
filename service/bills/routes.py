"""Calls of bills."""

from typing import Any

from service.bills import queries, service
from service.bills.models import Bill, Charge
from service.bills.schemas import BillSchema, BillWords, ChargeSchema, ChargesQuery
from service.bills.upload import BILL_REFUSED, MEDIA_TYPES, UploadedBill, uploaded
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of
from service.kit.http.problems import FULL, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE

blueprint = Resource("bills", __name__, description="What providers charged, line by line.")

READ, WRITE = "decisions:read", "decisions:purchase"
ONE = "/bills/<id(bl):bill_id>"


@blueprint.endpoint("GET", "/bills", scope=READ, query=PageQuery, returns=page_of(BillSchema))
def list_bills(tx: Transaction, query: dict[str, Any]) -> Page[Bill]:
    """List bills, newest first."""
    return page(tx, queries.bills(tx), (Bill.created_at, Bill.id), query)


@blueprint.endpoint(
    "POST",
    "/bills",
    scope=WRITE,
    query=BillWords,
    status=201,
    returns=BillSchema,
    also={200: BillSchema},
    prepare=uploaded,
    streams=MEDIA_TYPES,
    problems=(BILL_REFUSED, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, FULL),
)
def upload_bill(
    tx: Transaction,
    query: dict[str, Any],  # noqa: ARG001
    prepared: UploadedBill,
) -> tuple[Bill, int, dict[str, str]]:
    """Upload a bill: the file is the body.

    FOCUS 1.0 to 1.4 cost and usage, or any table with a date, an item and an amount; CSV, JSON or Parquet, plain or
    compressed. The same file again is answered with 200; a charge that an earlier bill has is not counted again.
    """
    kept = service.keep(tx, prepared)
    return kept.bill, 201 if kept.created else 200, {"Location": f"/v1/bills/{kept.bill.id}"}


@blueprint.endpoint("GET", ONE, scope=READ, returns=BillSchema)
def get_bill(tx: Transaction, bill_id: str) -> Bill:
    """Return a bill."""
    return service.get(tx, bill_id)


@blueprint.endpoint("GET", f"{ONE}/charges", scope=READ, query=ChargesQuery, returns=page_of(ChargeSchema))
def list_charges(tx: Transaction, bill_id: str, query: dict[str, Any]) -> Page[Charge]:
    """List a bill's charges in the order of the file."""
    service.get(tx, bill_id)
    statement = queries.charges(tx, bill_id)
    if query["sku"] is not None:
        statement = statement.where(Charge.sku == query["sku"])
    return page(tx, statement, (Charge.number,), query, rising=True)


@blueprint.endpoint("DELETE", ONE, scope=WRITE, status=204, guarded=True)
def delete_bill(tx: Transaction, bill_id: str) -> None:
    """Delete a bill that was uploaded by mistake."""
    service.delete(tx, bill_id)
