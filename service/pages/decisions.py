"""Decisions: which ask for somebody, who decided what on which evidence, and the forms that decide."""

from typing import Any

import marshmallow as ma
from flask import Blueprint, render_template, request
from sqlalchemy import func, select

from service.access import queries as access
from service.decisions import comments, queries, service
from service.decisions.document import Shown, shown, shown_all
from service.decisions.models import Comment, Decision
from service.decisions.requests import DecisionsQuery, NewCommentSchema, NewDecisionSchema, NewVoteSchema
from service.decisions.states import STATES
from service.evaluations import reporting
from service.kit.db.transaction import Transaction
from service.kit.http.paging import page
from service.kit.http.problems import CONFLICT, Problem, invalid
from service.kit.http.query import schema_errors
from service.pages import decision_words, door
from service.reports import words
from service.reports.answer import advice
from service.reports.offer_names import Names
from service.reports.reading import Answer

ONE = "/decisions/<id(dc):decision_id>"
NEW = "/evaluations/<id(ev):evaluation_id>/decide"
MOST_COMMENTS = 100

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the list, a decision's page, and the forms that propose, vote, comment and withdraw."""
    door.page(blueprint, "/decisions", "decisions:read", show_decisions)
    door.page(blueprint, ONE, "decisions:read", show_decision)
    door.page(blueprint, NEW, "decisions:propose", show_proposal)
    door.form(blueprint, NEW, "decisions:propose", propose_decision, again=show_proposal)
    door.form(blueprint, f"{ONE}/votes", "decisions:approve", cast_vote, again=show_decision)
    door.form(blueprint, f"{ONE}/comments", "decisions:comment", add_comment, again=show_decision)
    door.form(blueprint, f"{ONE}/withdrawal", "decisions:propose", withdraw_decision, again=show_decision)


def show_decisions(tx: Transaction) -> str:
    """List decisions, newest first, but on each page those that ask for votes first; of the state that is asked for."""
    asked = {name: request.args[name] for name in ("cursor", "state") if request.args.get(name)}
    query = _loaded(DecisionsQuery(), asked)
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


def show_decision(tx: Transaction, decision_id: str, form: Json | None = None, problem: Problem | None = None) -> str:
    """Show a decision: how it stands, what it needs, what would be bought, and what was said."""
    one = shown(tx, service.get(tx, decision_id))
    said = _comments(tx, decision_id)
    answer, names = _read(tx, one.row.evaluation_id)
    scopes, own = tx.actor.scopes, tx.actor.member_id
    barred = own in (one.row.proposer_id, one.row.owner_id)
    return render_template(
        "decision.html",
        one=one,
        advice=decision_words.order(answer, names, one.row),
        money=decision_words.money(answer, one.row),
        is_recommended=one.row.option is not None and one.row.option == one.row.content["why"]["recommended"],
        steps=decision_words.steps(one),
        comments=said[:MOST_COMMENTS],
        has_older=len(said) > MOST_COMMENTS,
        may_vote="decisions:approve" in scopes and not barred and one.state == "proposed",
        barred=barred,
        may_comment="decisions:comment" in scopes,
        may_withdraw=one.state == "proposed" and own == one.row.proposer_id and "decisions:propose" in scopes,
        form=form or {},
        problem=problem,
    )


def show_proposal(tx: Transaction, evaluation_id: str, form: Json | None = None, problem: Problem | None = None) -> str:
    """Ask what is to be decided on an evaluation: the recommended option, unless another is named with a reason."""
    answer, names = _read(tx, evaluation_id)
    return render_template(
        "decide.html",
        evaluation_id=evaluation_id,
        advice=None if answer.chosen is None else advice(answer.chosen, names),
        options=decision_words.options(answer, names),
        most=decision_words.MOST_OPTIONS,
        chosen=(form or {}).get("option") or (answer.chosen.key if answer.chosen else ""),
        form=form or {},
        faults={} if problem is None else {fault.pointer.removeprefix("/"): fault.detail for fault in problem.errors},
        problem=problem,
    )


def propose_decision(tx: Transaction, form: Json, evaluation_id: str) -> str:
    """Propose a decision; lead to it."""
    names = ("option", "title", "override_reason", "valid_until", "external_reference", "cost_center")
    said = {name: form[name].strip() for name in names if form.get(name, "").strip()}
    decision = service.propose(tx, _loaded(NewDecisionSchema(), said | {"evaluation_id": evaluation_id}))
    tx.session.flush()
    return f"/decisions/{decision.id}"


def cast_vote(tx: Transaction, form: Json, decision_id: str) -> str:
    """Vote on the content that the reader saw."""
    said = {name: form.get(name, "").strip() for name in ("vote", "reason", "digest")}
    service.vote(tx, decision_id, _loaded(NewVoteSchema(), said))
    return f"/decisions/{decision_id}"


def add_comment(tx: Transaction, form: Json, decision_id: str) -> str:
    """Comment on a decision."""
    said = _loaded(NewCommentSchema(), {"text": form.get("text", "").strip()})
    comments.comment(tx, decision_id, said["text"])
    return f"/decisions/{decision_id}#h-said"


def withdraw_decision(tx: Transaction, form: Json, decision_id: str) -> str:
    """Withdraw a proposal as the reader saw it. Raises Problem 409 where it stands otherwise by now."""
    decision = service.lock(tx, decision_id)
    if shown(tx, decision).etag != form.get("etag"):
        raise Problem(CONFLICT, "The decision moved on meanwhile: look at it again.")
    service.withdraw(tx, service.settle(tx, decision), "")
    return f"/decisions/{decision_id}"


def _read(tx: Transaction, evaluation_id: str) -> tuple[Answer, Names]:
    """Return the answer that is decided on, with the names of its offers. Raises Problem 404, 409."""
    evaluation = reporting.completed(tx, evaluation_id)
    answer = Answer(evaluation)
    return answer, Names(reporting.sheets_of(tx, evaluation), answer.inputs["model"])


def _loaded(schema: ma.Schema, said: Json) -> Json:
    try:
        loaded: Json = schema.load(said)
    except ma.ValidationError as error:
        raise invalid(*schema_errors(error)) from error
    return loaded


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
        "total": decision_words.total(one.row),
        "day": words.day(one.row.created_at),
        "proposer": one.proposer["name"],
    }


def _comments(tx: Transaction, decision_id: str) -> list[Json]:
    """Return the newest comments with who wrote them: one more than are shown, where there are more."""
    statement = queries.comments(tx, decision_id).order_by(Comment.created_at.desc(), Comment.id.desc())
    found = tx.session.scalars(statement.limit(MOST_COMMENTS + 1)).all()
    authors = access.members_of(tx, {comment.member_id for comment in found})
    return [{"text": one.text, "by": authors[one.member_id].name, "day": words.minute(one.created_at)} for one in found]
