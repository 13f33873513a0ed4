"""Telling what came of a decision: its bills uploaded, and the days that are held against what was said."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, request

from service.bills import queries as bills
from service.bills import service as billing
from service.bills.models import Bill
from service.bills.schemas import BillWords
from service.bills.upload import UploadedBill, filed
from service.decisions import service as decisions
from service.decisions.document import shown
from service.kit.app_context import runtime
from service.kit.db.transaction import Actor, Transaction
from service.kit.http import json_body
from service.kit.http.problems import FieldError, Problem, invalid
from service.outcomes import service
from service.outcomes.due import due
from service.outcomes.schemas import NewOutcomeSchema
from service.outcomes.service import Made, made
from service.pages import door, fields
from service.reports import words
from service.traffic_histories import queries as histories
from service.traffic_histories.models import StoredHistory

OF_DECISION = "/decisions/<id(dc):decision_id>/outcome"
WRITE = "decisions:purchase"
MOST_BILLS = 50
MOST_HISTORIES = 50

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the form of a decision's outcome, and what takes bills."""
    door.page(blueprint, OF_DECISION, WRITE, show_outcome_form)
    door.form(blueprint, OF_DECISION, WRITE, hold_outcome, prepare=_made, again=show_outcome_form)
    bill = f"{OF_DECISION}/bills"
    door.form(blueprint, bill, WRITE, add_bill, prepare=_bill, again=show_outcome_form, most=_most)


def show_outcome_form(
    tx: Transaction, decision_id: str, form: Json | None = None, problem: Problem | None = None
) -> str:
    """Ask for what came of a decision: the bill, the traffic, the days."""
    one = shown(tx, decisions.get(tx, decision_id))
    found = tx.session.scalars(bills.bills(tx).order_by(Bill.created_at.desc(), Bill.id.desc()).limit(MOST_BILLS))
    uploaded = [_bill_row(bill) for bill in found]
    return render_template(
        "outcome_form.html",
        one=one,
        bills=uploaded,
        histories=_histories(tx, one.row.workload_id),
        form=form or _usual(tx, one.row.workload_id, uploaded),
        faults=fields.faults(problem),
        problem=problem,
    )


def add_bill(tx: Transaction, form: Json, decision_id: str, prepared: UploadedBill) -> str:  # noqa: ARG001
    """Store a bill; lead back to the days it is of."""
    kept = billing.keep(tx, prepared)
    return f"/decisions/{decision_id}/outcome?bill={kept.bill.id}#h-days"


def hold_outcome(tx: Transaction, form: Json, decision_id: str, prepared: tuple[Json, Made]) -> str:  # noqa: ARG001
    """Store what came of a decision."""
    return f"/decisions/outcomes/{service.keep(tx, *prepared).id}"


def _most() -> int:
    return runtime().uploads.max_bytes + json_body.CHUNK


@contextmanager
def _bill(_actor: Actor, form: Json, decision_id: str) -> Iterator[UploadedBill]:  # noqa: ARG001
    said = fields.loaded(BillWords(), fields.said(form, ("currency", "provider")))
    file = request.files.get("file")
    if file is None or not file.filename:
        raise invalid(FieldError("/file", "required", "Choose the file of the bill."))
    with filed(file.stream, said) as upload:
        yield upload


@contextmanager
def _made(actor: Actor, form: Json, decision_id: str) -> Iterator[tuple[Json, Made]]:
    said = fields.said(form, ("starts_on", "ends_on", "traffic_history_id"))
    said |= {"decision_id": decision_id, "skus": _skus(form.get("skus", ""))}
    if form.get("bill"):
        said["bill_ids"] = [form["bill"]]
    if form.get("references", "").strip():
        said["references"] = [part.strip() for part in form["references"].split(",") if part.strip()]
    body = fields.loaded(NewOutcomeSchema(), said)
    with made(actor, body) as done:
        yield body, done


def _skus(text: str) -> dict[str, str]:
    """Return what bills call offers otherwise, a line each: `theirs = ours`. Raises Problem 422."""
    found = {}
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        theirs, sign, ours = line.partition("=")
        if not sign or not theirs.strip() or not ours.strip():
            told = f"Line {number} is not `their name = our sku`: {line.strip()[:80]}"
            raise invalid(FieldError("/skus", "invalid", told))
        found[theirs.strip()] = ours.strip()
    return found


def _usual(tx: Transaction, workload_id: str, uploaded: list[Json]) -> Json:
    """Return what the form begins with: the bill just uploaded and its days, else the oldest days that are due."""
    bill = next((one for one in uploaded if one["id"] == request.args.get("bill")), None)
    if bill is not None:
        yesterday = (tx.now.date() - timedelta(days=1)).isoformat()
        return {"bill": bill["id"], "starts_on": bill["starts_on"], "ends_on": min(bill["ends_on"], yesterday)}
    waiting = next((one for one in due(tx) if one["workload_id"] == workload_id), {})
    return {name: waiting[name] for name in ("starts_on", "ends_on") if name in waiting}


def _bill_row(bill: Bill) -> Json:
    last = bill.ends_at - timedelta(microseconds=1)
    totals = [f"{words.money(Decimal(one['billed']))} {one['currency']}" for one in bill.totals]
    return {
        "id": bill.id,
        "days": words.span(bill.starts_at, bill.ends_at),
        "starts_on": bill.starts_at.date().isoformat(),
        "ends_on": last.date().isoformat(),
        "charges": words.plural(bill.charges, "charge"),
        "repeated": bill.repeated,
        "totals": words.listed(totals) or "nothing",
        "made": words.day(bill.created_at),
    }


def _histories(tx: Transaction, workload_id: str) -> list[tuple[str, str]]:
    """Return the workload's newest traffic histories, by id, with the days each is of."""
    statement = histories.histories(tx.organization_id, workload_id).order_by(StoredHistory.created_at.desc())
    return [(one.id, _days(one)) for one in tx.session.scalars(statement.limit(MOST_HISTORIES))]


def _days(history: StoredHistory) -> str:
    start = history.start or history.first_at
    end = history.end or history.last_at + timedelta(seconds=history.bucket_seconds or 0, microseconds=1)
    return f"{words.span(start, end)}, added {words.day(history.created_at)}"
