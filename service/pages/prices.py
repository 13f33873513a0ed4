"""Prices: what is believed to cost what, since when, from where, and what looks wrong."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request

from service.evaluations import queries as evaluations
from service.kit.db.transaction import Transaction
from service.kit.http.paging import PageQuery, page
from service.kit.http.problems import Problem
from service.pages import door, price_words
from service.pages.pasting import pasted_sheet
from service.price_sheets import importing, queries, service
from service.price_sheets.example_sheet import TEMPLATE
from service.price_sheets.importers import spreadsheet
from service.price_sheets.importing import Prepared
from service.price_sheets.models import PriceSheet, PriceSheetVersion
from service.reports import words

OLD = timedelta(days=90)
"""After so long a price sheet may no longer hold."""

MOST_CHANGES = 40

SHEET = "/prices/<id(ps):price_sheet_id>"

EVERY: dict[str, None] = {"provider": None, "name": None, "model": None, "effective_at": None}

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the pages of prices."""
    door.page(blueprint, "/prices", "price_sheets:read", show_prices)
    door.page(blueprint, "/prices/new", "price_sheets:write", show_new)
    door.form(blueprint, "/prices/new", "price_sheets:write", add_prices, prepare=pasted_sheet, again=show_new)
    door.page(blueprint, "/prices/template.csv", "price_sheets:read", template)
    door.page(blueprint, SHEET, "price_sheets:read", show_sheet)
    door.page(blueprint, f"{SHEET}/offers/<path:sku>", "price_sheets:read", show_offer)
    door.page(blueprint, f"{SHEET}/versions/<int(min=1,max=1000000000):number>.csv", "price_sheets:read", table)


def show_prices(tx: Transaction) -> str:
    """List the price sheets with what is in force of each, newest first."""
    asked: Json = PageQuery().load({name: request.args[name] for name in ("cursor",) if name in request.args})
    found = page(tx, queries.sheets(tx.organization_id, EVERY), (PriceSheet.created_at, PriceSheet.id), asked)
    force = {one.price_sheet_id: one for one in tx.session.scalars(queries.in_force(tx.organization_id, tx.now))}
    models: dict[str, list[str]] = {}
    for model, pins in sorted(queries.models_in_force(tx.session, tx.organization_id, tx.now).items()):
        for sheet_id, _ in pins:
            models.setdefault(sheet_id, []).append(model)
    uses = _uses(tx)
    rows = [
        sheet_row(sheet, force.get(sheet.id) or sheet.latest, tx.now)
        | {"in_force": sheet.id in force, "models": models.get(sheet.id, []), "uses": uses.get(sheet.id, 0)}
        for sheet in found.items
    ]
    old = sum(tx.now.date() - _read_on(one) > OLD for one in force.values())
    return render_template(
        "prices.html",
        rows=rows,
        next=found.next,
        heading=_heading(len(force), old),
        may_write="price_sheets:write" in tx.actor.scopes,
    )


def show_sheet(tx: Transaction, price_sheet_id: str) -> str:
    """Show a sheet: what its version in force, or the one that the address names, says and changed."""
    sheet = service.get(tx, price_sheet_id)
    versions = _in_order(tx, sheet)
    shown = _chosen(tx, sheet, versions)
    document = service.document_of(service.get_version(tx, sheet.id, shown.version))
    place = versions.index(shown)
    before = None if place + 1 >= len(versions) else versions[place + 1]
    moved = []
    if before is not None:
        earlier = service.document_of(service.get_version(tx, sheet.id, before.version))
        moved = price_words.changes(_by_sku(earlier), _by_sku(document))
    return render_template(
        "price_sheet.html",
        row=sheet_row(sheet, shown, tx.now),
        source=document["source"],
        offers=[price_words.offer_row(offer) for offer in document["offers"]],
        moved=moved[:MOST_CHANGES],
        more_moved=max(0, len(moved) - MOST_CHANGES),
        before=before,
        versions=[sheet_row(sheet, one, tx.now) | {"made": words.day(one.created_at)} for one in versions],
        uses=_uses(tx).get(sheet.id, 0),
        csv=spreadsheet.write(document),
        may_write="price_sheets:write" in tx.actor.scopes,
    )


def show_offer(tx: Transaction, price_sheet_id: str, sku: str) -> str:
    """Show what an offer cost since when, and where that moved the present answers."""
    sheet = service.get(tx, price_sheet_id)
    over_time = service.offer_prices(tx, sheet.id, sku)
    return render_template(
        "price_offer.html",
        sheet=sheet,
        sku=sku,
        heading=price_words.moved_heading(sku, over_time),
        charts=price_words.charts(over_time, tx.now),
        rows=price_words.periods(over_time),
        uses=_uses(tx).get(sheet.id, 0),
    )


def show_new(tx: Transaction, form: Json | None = None, problem: Problem | None = None) -> str:  # noqa: ARG001
    """Ask for a price sheet."""
    return render_template("price_new.html", form=form or {}, problem=problem)


def add_prices(tx: Transaction, form: Json, prepared: Prepared) -> str:  # noqa: ARG001 - read by `pasted_sheet`
    """Store the sheet, or the next version of the one there is; lead to it."""
    stored = importing.store(tx, prepared)[0]
    return f"/prices/{stored['price_sheet_id']}?version={stored['version']}"


def template(_tx: Transaction) -> Response:
    """Give the table to fill in, with an offer of each kind."""
    return _csv(spreadsheet.write(TEMPLATE), "price-sheet.csv")


def table(tx: Transaction, price_sheet_id: str, number: int) -> Response:
    """Give a version as the table that can be filled in and sent back."""
    document = service.document_of(service.get_version(tx, price_sheet_id, number))
    return _csv(spreadsheet.write(document), f"{price_sheet_id}-v{number}.csv")


def sheet_row(sheet: PriceSheet, version: PriceSheetVersion, now: datetime) -> Json:
    """Return a sheet's version in words: who, since when, read when, how many offers and remarks, whether it is old."""
    read = _read_on(version)
    return {
        "sheet": sheet,
        "version": version.version,
        "pin": f"{sheet.id}:{version.version}",
        "since": words.day(version.effective_from),
        "read": words.day(read),
        "old": now.date() - read > OLD,
        "count": version.offer_count,
        "warnings": version.warnings,
        "digest": version.digest,
    }


def _csv(content: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, content_type="text/csv; charset=utf-8")


def _heading(count: int, old: int) -> str:
    if not count:
        return "No prices in force yet"
    said = f"{words.plural(count, 'price sheet')} in force"
    return f"{said}; {words.number_word(old)} read over 90 days ago" if old else f"{said}, all read within 90 days"


def _read_on(version: PriceSheetVersion) -> date:
    return date.fromisoformat(version.source["as_of"])


def _in_order(tx: Transaction, sheet: PriceSheet) -> list[PriceSheetVersion]:
    """Return a sheet's versions, the one in force last first."""
    order = (PriceSheetVersion.effective_from.desc(), PriceSheetVersion.version.desc())
    return list(tx.session.scalars(queries.versions(tx.organization_id, sheet.id).order_by(*order)))


def _chosen(tx: Transaction, sheet: PriceSheet, versions: Sequence[PriceSheetVersion]) -> PriceSheetVersion:
    """Return the version that the address names, else the one in force, else the latest."""
    named = request.args.get("version", "")
    if named.isdecimal():
        number = int(named[:10])
        found = [one for one in versions if one.version == number]
        return found[0] if found else service.get_version(tx, sheet.id, number)
    begun = (one for one in versions if one.effective_from <= tx.now)
    return next(begun, versions[0])


def _by_sku(document: Json) -> dict[str, Json]:
    return {offer["sku"]: offer for offer in document["offers"]}


def _uses(tx: Transaction) -> dict[str, int]:
    """Return on how many workloads' present answers each sheet has a say."""
    ids = [result.evaluation_id for result in tx.session.scalars(evaluations.latest(tx, None))]
    counts: dict[str, int] = {}
    for pin in evaluations.sheets_of(tx, ids):
        counts[pin.price_sheet_id] = counts.get(pin.price_sheet_id, 0) + 1
    return counts
