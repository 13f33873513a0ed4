"""Prices: what is believed to cost what, since when, from where, and what looks wrong."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response

from service.kit.db.transaction import Transaction
from service.pages import door
from service.price_sheets.example_sheet import TEMPLATE
from service.price_sheets.importers import spreadsheet
from service.price_sheets.models import PriceSheet, PriceSheetVersion
from service.reports import words

OLD = timedelta(days=90)
"""After so long a price sheet may no longer hold."""

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the pages of prices."""
    door.page(blueprint, "/prices/template.csv", "price_sheets:read", template)


def template(_tx: Transaction) -> Response:
    """Give the table to fill in, with an offer of each kind."""
    headers = {"Content-Disposition": 'attachment; filename="price-sheet.csv"'}
    return Response(spreadsheet.write(TEMPLATE), headers=headers, content_type="text/csv; charset=utf-8")


def sheet_row(sheet: PriceSheet, version: PriceSheetVersion, now: datetime) -> Json:
    """Return a sheet's version in words: who, since when, read when, how many offers and remarks, whether it is old."""
    read = date.fromisoformat(version.source["as_of"])
    return {
        "sheet": sheet,
        "version": version.version,
        "pin": f"{sheet.id}:{version.version}",
        "since": words.day(version.effective_from),
        "read": words.day(read),
        "old": now.date() - read > OLD,
        "count": version.offer_count,
        "warnings": version.warnings,
        "url": version.source.get("url", ""),
    }
