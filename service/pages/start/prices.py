"""The third step: which price sheets to compare, and where to add one."""

from typing import Any

from flask import Blueprint, render_template, request

from service.kit.db.transaction import Transaction
from service.kit.http.problems import Problem
from service.pages import door
from service.pages.pasting import pasted_sheet
from service.pages.prices import sheet_row
from service.pages.start.found import found_so_far
from service.price_sheets import importing, queries
from service.price_sheets.importing import Prepared
from service.price_sheets.models import PriceSheet, PriceSheetVersion
from service.price_sheets.service import names_offered
from service.workloads import service as workloads

PRICES = "/start/<id(wl):workload_id>/prices"

OWN = ("sheet", "sheets_shown", "added", "show")
"""What of the address is about this step; the rest are answers of the last one, which are passed on to it."""

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the page, and the form that adds a sheet."""
    door.page(blueprint, PRICES, "price_sheets:read", show_choice)
    door.form(blueprint, PRICES, "price_sheets:write", add_sheet, prepare=pasted_sheet, again=show_choice)


def show_choice(tx: Transaction, workload_id: str, form: Json | None = None, problem: Problem | None = None) -> str:
    """Show the sheets in force that offer the model, all of them ticked."""
    workload = workloads.get(tx, workload_id)
    meant = names_offered(tx, workload.model)
    statement = queries.in_force(tx.organization_id, tx.now, meant).order_by(PriceSheetVersion.price_sheet_id)
    versions = list(tx.session.scalars(statement))
    ids = [version.price_sheet_id for version in versions]
    named = queries.sheets(tx.organization_id, {"provider": None, "name": None, "model": None, "effective_at": None})
    sheets = {sheet.id: sheet for sheet in tx.session.scalars(named.where(PriceSheet.id.in_(ids)))}
    offered = queries.offers_of_model(tx.session, tx.organization_id, ids, meant)
    rows = [
        sheet_row(sheets[one.price_sheet_id], one, tx.now)
        | {"offers": offered.get((one.price_sheet_id, one.version), [])}
        for one in versions
    ]
    others = sorted(queries.models_in_force(tx.session, tx.organization_id, tx.now))
    return render_template(
        "start_prices.html",
        workload=workload,
        rows=rows,
        others=others,
        form=form or {},
        problem=problem,
        added=request.args.get("added", ""),
        found=found_so_far(tx, workload_id),
        ticked=request.args.getlist("sheet") if "sheets_shown" in request.args else None,
        answers=[(name, said) for name, said in request.args.items() if name not in OWN],
        may_write="price_sheets:write" in tx.actor.scopes,
    )


def add_sheet(tx: Transaction, form: Json, workload_id: str, prepared: Prepared) -> str:  # noqa: ARG001
    """Store the sheet; lead back to the choice."""
    workloads.get(tx, workload_id)
    outcomes = importing.store(tx, prepared)
    return f"/start/{workload_id}/prices?added={outcomes[0]['price_sheet_id']}"
