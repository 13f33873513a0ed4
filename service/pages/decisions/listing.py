"""Every decision, those that ask for votes first."""

from typing import Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy import func, select

from service.decisions import queries
from service.decisions.decided_money import money_of
from service.decisions.document import Shown, shown_all
from service.decisions.models import Decision
from service.decisions.requests import DecisionsQuery
from service.decisions.states import STATES
from service.kit.db.transaction import Transaction
from service.kit.http.paging import page
from service.kit.http.problems import NOT_FOUND, Problem
from service.pages import door
from service.pages.decisions import words as deciding
from service.pages.fields import loaded
from service.reports import tables, words

Json = dict[str, Any]

MOST_IN_FILE = 5_000
"""Decisions in a file, the newest; the API has all of them."""

HEADS = (
    *("id", "title", "state", "kind", "workload_id", "evaluation_id", "option", "currency", "expected_monthly"),
    *("total_commitment", "starts_on", "ends_on", "valid_until", "proposer", "owner", "proposed_on", "approved_on"),
    *("sentence", "digest"),
)


def register(blueprint: Blueprint) -> None:
    """Add the list."""
    door.page(blueprint, "/decisions", "decisions:read", show_decisions)
    door.page(blueprint, "/decisions/all.<form>", "decisions:read", decisions_file)


def show_decisions(tx: Transaction) -> str:
    """List decisions, newest first, but on each page those that ask for votes first; of the state that is asked for."""
    asked = {name: request.args[name] for name in ("cursor", "state") if request.args.get(name)}
    query = loaded(DecisionsQuery(), asked)
    found = page(tx, queries.decisions(tx, query), (Decision.created_at, Decision.id), query)
    rows = sorted(shown_all(tx, found.items), key=lambda one: one.state != "proposed")
    return render_template(
        "decisions.html",
        rows=[_row(one) for one in rows],
        heading=_heading(_waiting(tx), is_empty=not rows and not asked),
        states=STATES,
        state=query["state"] or "",
        next=found.next,
    )


def decisions_file(tx: Transaction, form: str) -> Response:
    """Give every decision, newest first, as `csv` or `xlsx`; of the state that is asked for. Raises Problem 404."""
    if form not in tables.MIME:
        raise Problem(NOT_FOUND, f"There are no decisions as {form}; there are {', '.join(tables.MIME)}.")
    query = loaded(DecisionsQuery(), {name: request.args[name] for name in ("state",) if request.args.get(name)})
    newest = queries.decisions(tx, query).order_by(Decision.created_at.desc(), Decision.id.desc()).limit(MOST_IN_FILE)
    rows = [HEADS, *(_cells(one) for one in shown_all(tx, tx.session.scalars(newest).all()))]
    content = tables.as_csv(rows) if form == "csv" else tables.as_xlsx(rows, "decisions")
    headers = {"Content-Disposition": f'attachment; filename="decisions.{form}"'}
    return Response(content, headers=headers, content_type=tables.MIME[form])


def _cells(one: Shown) -> tables.Row:
    row, money = one.row, money_of(one.row.content)
    return (
        row.id,
        row.title,
        one.state,
        row.kind,
        row.workload_id,
        row.evaluation_id,
        row.option,
        row.currency,
        None if money is None else money.expected_monthly,
        row.total_commitment,
        row.starts_on,
        row.ends_on,
        row.valid_until,
        one.proposer["name"],
        one.owner["name"],
        row.created_at.date().isoformat(),
        None if row.approved_at is None else row.approved_at.date().isoformat(),
        one.sentence,
        row.digest,
    )


def _waiting(tx: Transaction) -> int:
    """Return how many of the organization's decisions are proposed by now, on whichever page of the list."""
    proposed = queries.decisions(tx, {"state": "proposed"}).subquery()
    return tx.session.scalar(select(func.count()).select_from(proposed)) or 0


def _heading(waiting: int, *, is_empty: bool) -> str:
    if is_empty:
        return "No decision yet"
    if not waiting:
        return "Nothing waits for a vote"
    wait = "decision waits" if waiting == 1 else "decisions wait"
    return f"{words.upper_first(words.number_word(waiting))} {wait} for votes"


def _row(one: Shown) -> Json:
    return {
        "id": one.row.id,
        "title": one.row.title,
        "state": one.state,
        "sentence": one.sentence,
        "total": deciding.total(one.row),
        "day": words.day(one.row.created_at),
        "proposer": one.proposer["name"],
    }
