"""A purchase request as CSV: for anybody, and for the import of NetSuite. No cell is a formula."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

Json = dict[str, Any]

CONTENT_TYPE = "text/csv; charset=utf-8"

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

GENERIC = (
    "number", "status", "issued_on", "buyer", "line", "provider", "sku", "name", "kind", "quantity", "unit",
    "unit_price", "per", "currency", "monthly", "months_locked", "total_commitment", "evaluation_digest", "digest",
)  # fmt: skip

NETSUITE = (
    "External ID", "Date", "Memo", "Currency", "Vendor", "Item", "Description", "Quantity", "Units", "Rate", "Amount",
)  # fmt: skip


def as_csv(request: Json, profile: str = "generic") -> bytes:
    """Return a row an item. profile: `generic` or `netsuite`."""
    header, row = PROFILES[profile]
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([_safe(cell) for cell in row(request, item)] for item in request["items"])
    return written.getvalue().encode()


def _generic(request: Json, item: Json) -> Sequence[object]:
    head = [request[name] for name in ("number", "status", "issued_on", "buyer")]
    names = ("number", "provider", "sku", "name", "kind", "quantity", "unit", "unit_price", "per")
    money = (request["currency"], item["monthly"], request["terms"]["months_locked"], request["total_commitment"])
    return [*head, *(item[name] for name in names), *money, request["check"]["evaluation_digest"], request["digest"]]


def _netsuite(request: Json, item: Json) -> Sequence[object]:
    memo = f"{request['title']} ({request['status']}, {request['check']['evaluation_digest']})"
    head = (request["number"], request["issued_on"], memo, request["currency"], item["provider"], item["sku"])
    price = item["unit_price"] if item["per"] == 1 else f"{item['unit_price']} per {item['per']}"
    return (*head, item["name"], item["quantity"], item["unit"], price, item["monthly"])


PROFILES: dict[str, tuple[Sequence[str], Callable[[Json, Json], Sequence[object]]]] = {
    "generic": (GENERIC, _generic),
    "netsuite": (NETSUITE, _netsuite),
}


def _safe(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
