"""What comes to its end: the commitments to be acted on, and what staying, leaving and extending cost."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request

from service.commitments import service as commitments
from service.commitments.models import Commitment
from service.kit.db.transaction import Transaction
from service.kit.http.paging import page
from service.kit.http.problems import Problem
from service.pages import door, fields
from service.pages.decisions import words as deciding
from service.renewals.ahead import ahead, days_left, what_to_do
from service.renewals.calendar import CONTENT_TYPE, calendar
from service.renewals.comparison import compare
from service.renewals.schemas import CalendarQuery, RenewalsQuery
from service.reports import words
from service.reports.offer_names import Names
from service.workflow.document.stored import read_money
from service.workloads import queries as workloads

Json = dict[str, Any]

CHOICES = (
    ("until_the_end", "stay", "Stay until it ends"),
    ("until_the_end", "leave", "Leave now"),
    ("afterwards", "extend", "Extend it"),
    ("afterwards", "let_end", "Let it end"),
)


def register(blueprint: Blueprint) -> None:
    """Add the list, one commitment's comparison, and the calendar."""
    door.page(blueprint, "/decisions/renewals", "decisions:read", show_renewals)
    door.page(blueprint, "/decisions/renewals.ics", "decisions:read", renewals_file)
    door.page(blueprint, "/decisions/renewals/<id(cm):commitment_id>", "decisions:read", show_renewal)


def show_renewals(tx: Transaction) -> str:
    """List the commitments to be acted on, the most urgent first."""
    query = fields.loaded(RenewalsQuery(), {name: request.args[name] for name in ("cursor",) if name in request.args})
    found = page(tx, ahead(tx, query["days"]), (Commitment.act_by, Commitment.id), query, rising=True)
    return render_template(
        "renewals.html", rows=[_row(tx, one) for one in found.items], days=query["days"], next=found.next
    )


def renewals_file(tx: Transaction) -> Response:
    """Give every day to act on as a calendar."""
    statement = ahead(tx, CalendarQuery().load({})["days"]).order_by(Commitment.act_by, Commitment.id)
    return Response(calendar(tx.session.scalars(statement).all()), content_type=CONTENT_TYPE)


def show_renewal(tx: Transaction, commitment_id: str) -> str:
    """Show what staying, leaving, extending and letting a commitment end cost, by its workload's newest answer."""
    commitment = commitments.get(tx, commitment_id)
    shown: Json = {"sentences": [], "choices": [], "evaluation_id": None, "problem": None}
    try:
        shown |= _compared(tx, compare(tx, commitment_id, None))
    except Problem as problem:
        shown["problem"] = problem
    return render_template(
        "renewal.html",
        row=_row(tx, commitment),
        standing=commitments.standing(commitment, tx.now.date()),
        workload=commitment.workload_id and workloads.workload(tx, commitment.workload_id),
        **shown,
    )


def _compared(tx: Transaction, found: Json) -> Json:
    """Return a comparison in words."""
    answer, names = deciding.read(tx, found["evaluation_id"])
    return {
        "sentences": [deciding.plain(sentence, answer, names) for sentence in found["detail"]],
        "choices": [one for each in CHOICES if (one := _choice(found, names, *each))],
        "evaluation_id": found["evaluation_id"],
    }


def _row(tx: Transaction, commitment: Commitment) -> Json:
    today = tx.now.date()
    return {
        "one": commitment,
        "what": f"{commitment.units} {words.TIMES} {commitment.sku} of {commitment.provider}",
        "detail": what_to_do(commitment, today),
        "left": days_left(commitment, today),
        "act_by": words.day(date.fromisoformat(commitment.act_by)),
        "money": f"{words.money(commitments.standing(commitment, today).monthly)} {commitment.currency}",
    }


def _choice(found: Json, names: Names, when: str, choice: str, label: str) -> Json | None:
    """Return a choice with what is paid a month under it; None where it is not to be had."""
    told = (found[when] or {}).get(choice)
    if told is None:
        return None
    monthly, owed = (read_money(told[name]) for name in ("monthly_cost", "owed"))
    money = {"monthly": words.money(monthly.amount), "owed": words.money(owed.amount) if owed.amount else "nothing"}
    return {
        "label": label,
        "option": words.upper_first(names.key(told["option"])),
        "currency": monthly.currency,
        **money,
    }
