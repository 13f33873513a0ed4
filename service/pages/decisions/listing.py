"""Every decision, those that ask for votes first."""

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import func, select

from service.decisions import queries
from service.decisions.document import Shown, shown_all
from service.decisions.models import Decision
from service.decisions.requests import DecisionsQuery
from service.decisions.states import STATES
from service.kit.db.transaction import Transaction
from service.kit.http.paging import page
from service.pages import door
from service.pages.decisions import words as deciding
from service.pages.fields import loaded
from service.reports import words

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the list."""
    door.page(blueprint, "/decisions", "decisions:read", show_decisions)


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
