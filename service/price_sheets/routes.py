"""Calls of price sheets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from flask import Response

from service.kit.db.transaction import Actor, Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of
from service.kit.http.problems import CONFLICT, MALFORMED
from service.price_sheets import importing, queries, service
from service.price_sheets.example_sheet import TEMPLATE
from service.price_sheets.importers import spreadsheet
from service.price_sheets.lint.finding import SheetError
from service.price_sheets.models import PriceSheet, PriceSheetVersion
from service.price_sheets.openapi_variants import describe_variants
from service.price_sheets.schemas import (
    AtQuery,
    ChangedPriceSheetSchema,
    ConflictQuery,
    ConflictsSchema,
    ImportQuery,
    ImportSchema,
    OfferPricesSchema,
    PriceSheetQuery,
    StoredPriceSheetSchema,
    VersionSchema,
    WholePriceSheetSchema,
    WholeVersionSchema,
)
from service.price_sheets.service import Checked
from service.price_sheets.sheet_schema import PriceSheetSchema
from service.price_sheets.validation import warnings_of

blueprint = Resource("price-sheets", __name__, description="What providers charge, in versions that never change.")

blueprint.record_once(describe_variants)

READ, WRITE = "price_sheets:read", "price_sheets:write"
MAX_SHEET = 4 * 1024 * 1024
MAX_IMPORT = 16 * 1024 * 1024
SHEETS = "/price-sheets"
SHEET = "/price-sheets/<id(ps):price_sheet_id>"
VERSION = f"{SHEET}/versions/<int(min=1,max=1000000000):version>"


@contextmanager
def _checked(_actor: Actor, body: dict[str, Any], **_path: str) -> Iterator[Checked]:
    """Lint a sheet of the right shape before any transaction opens. Raises Problem 422."""
    try:
        sheet = service.checked(body, warnings_of(body))
    except SheetError as error:
        raise service.refused(error.findings) from error
    yield sheet


@blueprint.endpoint("GET", SHEETS, scope=READ, query=PriceSheetQuery, returns=page_of(StoredPriceSheetSchema))
def list_price_sheets(tx: Transaction, query: dict[str, Any]) -> Page[PriceSheet]:
    """List price sheets, newest first."""
    return page(
        tx,
        queries.sheets(tx.organization_id, service.with_every_name(tx, query)),
        (PriceSheet.created_at, PriceSheet.id),
        query,
    )


@blueprint.endpoint(
    "POST",
    SHEETS,
    scope=WRITE,
    body=PriceSheetSchema,
    status=201,
    returns=WholePriceSheetSchema,
    prepare=_checked,
    max_body=MAX_SHEET,
    problems=[CONFLICT],
)
def create_price_sheet(
    tx: Transaction,
    body: dict[str, Any],  # noqa: ARG001 - read by `prepare`
    prepared: Checked,
) -> tuple[PriceSheet, int, dict[str, str]]:
    """Create a price sheet with its first version."""
    sheet = service.create(tx, prepared)
    return sheet, 201, {"Location": f"/v1/price-sheets/{sheet.id}"}


@blueprint.endpoint("GET", SHEET, scope=READ, returns=WholePriceSheetSchema)
def get_price_sheet(tx: Transaction, price_sheet_id: str) -> PriceSheet:
    """Return a price sheet."""
    return service.get(tx, price_sheet_id)


@blueprint.endpoint(
    "PATCH", SHEET, scope=WRITE, body=ChangedPriceSheetSchema, returns=StoredPriceSheetSchema, guarded=True
)
def change_price_sheet(tx: Transaction, price_sheet_id: str, body: dict[str, Any]) -> PriceSheet:
    """Retire a price sheet, or take it back."""
    return service.change(tx, price_sheet_id, retired=body["retired"])


@blueprint.endpoint(
    "POST",
    f"{SHEET}/versions",
    scope=WRITE,
    body=PriceSheetSchema,
    status=201,
    returns=VersionSchema,
    guarded=True,
    prepare=_checked,
    max_body=MAX_SHEET,
    problems=[CONFLICT],
)
def add_price_sheet_version(
    tx: Transaction,
    price_sheet_id: str,
    body: dict[str, Any],  # noqa: ARG001 - read by `prepare`
    prepared: Checked,
) -> tuple[PriceSheetVersion, int, dict[str, str]]:
    """Append a version; If-Match is the ETag of the sheet."""
    version = service.revise(tx, price_sheet_id, prepared)
    return version, 201, {"Location": f"/v1/price-sheets/{price_sheet_id}/versions/{version.version}"}


@blueprint.endpoint("GET", f"{SHEET}/versions", scope=READ, query=PageQuery, returns=page_of(VersionSchema))
def list_price_sheet_versions(tx: Transaction, price_sheet_id: str, query: dict[str, Any]) -> Page[PriceSheetVersion]:
    """List a sheet's versions, latest first."""
    service.get(tx, price_sheet_id)
    return page(tx, queries.versions(tx.organization_id, price_sheet_id), (PriceSheetVersion.version,), query)


@blueprint.endpoint("GET", VERSION, scope=READ, returns=WholeVersionSchema)
def get_price_sheet_version(tx: Transaction, price_sheet_id: str, version: int) -> dict[str, Any]:
    """Return a version with its document."""
    return _whole(service.get_version(tx, price_sheet_id, version))


@blueprint.endpoint("GET", f"{SHEET}/versions/in-force", scope=READ, query=AtQuery, returns=WholeVersionSchema)
def get_price_sheet_in_force(tx: Transaction, price_sheet_id: str, query: dict[str, Any]) -> dict[str, Any]:
    """Return the version in force at a time."""
    return _whole(service.get_in_force(tx, price_sheet_id, query["at"] or tx.now))


@blueprint.endpoint("GET", f"{VERSION}/csv", scope=READ)
def export_price_sheet_version(tx: Transaction, price_sheet_id: str, version: int) -> Response:
    """Return a version as a table for spreadsheets, which can be imported again."""
    document = service.document_of(service.get_version(tx, price_sheet_id, version))
    return _table(spreadsheet.write(document), f"{price_sheet_id}-v{version}.csv")


@blueprint.endpoint("GET", f"{SHEET}/offers/<sku>/prices", scope=READ, returns=OfferPricesSchema)
def list_offer_prices(tx: Transaction, price_sheet_id: str, sku: str) -> dict[str, Any]:
    """Return what an offer cost over time."""
    currency = service.get(tx, price_sheet_id).currency
    items = service.offer_prices(tx, price_sheet_id, sku)
    return {"price_sheet_id": price_sheet_id, "sku": sku, "currency": currency, "items": items}


@blueprint.endpoint("GET", "/price-sheet-template", scope=READ)
def get_price_sheet_template(_tx: Transaction) -> Response:
    """Return the table to fill in a spreadsheet, with an example of each kind of offer."""
    return _table(spreadsheet.write(TEMPLATE), "price-sheet-template.csv")


@blueprint.endpoint(
    "POST",
    "/price-sheet-imports",
    scope=WRITE,
    query=ImportQuery,
    status=201,
    returns=ImportSchema,
    prepare=importing.prepare,
    streams=["text/csv", "application/json"],
    max_body=MAX_IMPORT,
    problems=[MALFORMED],
)
def import_price_sheets(tx: Transaction, query: dict[str, Any], prepared: importing.Prepared) -> dict[str, Any]:
    """Import sheets out of a file or an installed package.

    The file is the body. csv: the table of `/v1/price-sheet-template`. litellm: its price list. azure: an object of
    `prices` and `capacity`, the two public files. Each source keeps sheets of its own; see `/v1/price-conflicts`.
    """
    sheets = importing.store(tx, prepared)
    disagreed = importing.conflict_count(tx, sheets)
    return {"format": query["format"], "sheets": sheets, "skipped": prepared.skipped, "conflict_count": disagreed}


@blueprint.endpoint("GET", "/price-conflicts", scope=READ, query=ConflictQuery, returns=ConflictsSchema)
def list_price_conflicts(tx: Transaction, query: dict[str, Any]) -> dict[str, Any]:
    """Return what sheets in force price differently, with every value."""
    found = service.conflicts_at(tx, query["at"] or tx.now, query)
    items = [
        asdict(subject) | {"statements": [_statement(each, subject.meter) for each in statements]}
        for subject, statements in found[: query["limit"]]
    ]
    return {"items": items, "truncated": len(found) > query["limit"]}


def _statement(statement: Any, meter: str | None) -> dict[str, Any]:  # noqa: ANN401 - a Statement
    told = asdict(statement)
    return told | {"price": told["price"] if meter else None, "rate": None if meter else told["price"]}


def _whole(version: PriceSheetVersion) -> dict[str, Any]:
    shown = {name: getattr(version, name) for name in VersionSchema().fields}
    return shown | {"document": service.document_of(version)}


def _table(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, headers=headers, content_type="text/csv; charset=utf-8; header=present")
