"""A decision: how it stands, what it needs, what would be bought, what came of it, and what was said."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template

from service.access import queries as access
from service.access.models import ApiKey, Member
from service.decisions import queries, service
from service.decisions.content import BUYING, WITHOUT_OPTION
from service.decisions.document import Shown, shown
from service.decisions.models import Comment
from service.decisions.requesting import purchase_request_of
from service.evaluations import queries as evaluations
from service.evaluations.purchasing import FORMS, respond
from service.evaluations.reviews.staleness import reasons, told
from service.events import queries as events
from service.events.models import Event
from service.kit import typesetting
from service.kit.db.transaction import Transaction
from service.kit.http.problems import NOT_FOUND, Problem
from service.outcomes import queries as outcomes
from service.outcomes.models import Outcome
from service.pages import door, fields
from service.pages.decisions import words as deciding
from service.pages.decisions.outcomes import outcome_row
from service.pages.decisions.rights import allowed
from service.procurement import decided
from service.reports import words
from service.reports.answer import advice

ONE = "/decisions/<id(dc):decision_id>"
MOST_COMMENTS = 100
MOST_EVENTS = 200
FILTERS = ("action", "resource_id", "actor_id", "created_after", "created_before")

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add a decision's page, and its purchase request as files."""
    door.page(blueprint, ONE, "decisions:read", show_decision)
    door.page(blueprint, f"{ONE}/purchase-request.<form>", "decisions:read", decided_request_file)


def show_decision(tx: Transaction, decision_id: str, form: Json | None = None, problem: Problem | None = None) -> str:
    """Show a decision, with the forms of the steps that its reader may take."""
    one = shown(tx, service.get(tx, decision_id))
    answer, names = deciding.read(tx, one.row.evaluation_id)
    comments = _comments(tx, decision_id)
    asked = evaluations.evaluation(tx, one.row.evaluation_id)
    may = allowed(tx, one)
    return render_template(
        "decision.html",
        one=one,
        advice=deciding.order(answer, names, one.row),
        money=deciding.money(answer, one.row),
        is_recommended=one.row.option is not None and one.row.option == one.row.content["why"]["recommended"],
        names=names,
        drivers=[deciding.plain(driver, answer, names) for driver in one.row.content["why"]["drivers"]],
        paid=deciding.paid(one.purchase),
        steps=deciding.steps(one),
        stale=[] if asked is None or one.state != "proposed" else told(reasons(tx, asked)),
        may=may,
        newer=_newer(tx, one) if may["move"] else None,
        moves=_moves(one),
        request_forms=_request_forms(one),
        outcomes=[outcome_row(row) for row in _outcomes(tx, one)],
        comments=comments[:MOST_COMMENTS],
        has_older=len(comments) > MOST_COMMENTS,
        history=_history(tx, decision_id) if "events:read" in tx.actor.scopes else None,
        form=form or {},
        faults=fields.faults(problem),
        problem=problem,
    )


def decided_request_file(tx: Transaction, decision_id: str, form: str) -> Response:
    """Give a decision as a purchase request, a draft until it is approved. Raises Problem 404, 409."""
    if form not in FORMS:
        raise Problem(NOT_FOUND, f"There is no purchase request as {form}; there are {', '.join(FORMS)}.")
    request, evaluation = purchase_request_of(tx, decided.standing(tx, decision_id))
    return respond(request, evaluation, form, "generic")


def _newer(tx: Transaction, one: Shown) -> Json | None:
    """Return the newest answer of the workload where a proposal stands on an older one, with what it could say then."""
    newest = evaluations.latest_of(tx, one.row.workload_id)
    if newest is None or newest.evaluation_id == one.row.evaluation_id:
        return None
    answer, names = deciding.read(tx, newest.evaluation_id)
    options = [] if one.row.kind in WITHOUT_OPTION else deciding.options(answer, names)
    keys = {key for key, _ in options}
    chosen = one.row.option if one.row.option in keys else answer.chosen.key if answer.chosen else ""
    said = "" if answer.chosen is None else advice(answer.chosen, names)
    facts = {"id": newest.evaluation_id, "version": newest.version, "day": words.day(newest.completed_at)}
    return facts | {"options": options, "chosen": chosen, "advice": said}


def _moves(one: Shown) -> list[Json]:
    """Return the evaluations a proposal was moved onto, in words."""
    return [
        {
            "id": each["to_evaluation_id"],
            "when": words.minute(each["created_at"]),
            "by": each["member"]["name"],
            "told": "Its votes went along." if each["carried"] else " ".join(each["because"]),
        }
        for each in one.rebases
    ]


def _request_forms(one: Shown) -> Sequence[str]:
    """Return the forms a decision's purchase request is given in; none where nothing is to be bought."""
    if one.row.kind not in BUYING or one.state in decided.GONE or one.row.option is None:
        return ()
    return [form for form in FORMS if form != "pdf" or typesetting.is_installed()]


def _outcomes(tx: Transaction, one: Shown) -> Sequence[Outcome]:
    statement = outcomes.outcomes(tx, {"decision_id": one.row.id})
    return tx.session.scalars(statement.order_by(Outcome.starts_on)).all()


def _comments(tx: Transaction, decision_id: str) -> list[Json]:
    """Return the newest comments with who wrote them: one more than are shown, where there are more."""
    statement = queries.comments(tx, decision_id).order_by(Comment.created_at.desc(), Comment.id.desc())
    found = tx.session.scalars(statement.limit(MOST_COMMENTS + 1)).all()
    authors = access.members_of(tx, {comment.member_id for comment in found})
    return [{"text": one.text, "by": authors[one.member_id].name, "day": words.minute(one.created_at)} for one in found]


def _history(tx: Transaction, decision_id: str) -> list[Json]:
    """Return what happened to the decision, first things first: what, when, and by whom."""
    statement = events.events(tx, dict.fromkeys(FILTERS) | {"resource_id": decision_id})
    found = tx.session.scalars(statement.order_by(Event.sequence).limit(MOST_EVENTS)).all()
    actors = {event.actor_id for event in found}
    keys = {key.id: key.member_id for key in tx.session.scalars(access.api_keys(tx).where(ApiKey.id.in_(actors)))}
    people = access.members_of(tx, {member_id for member_id in keys.values() if member_id})
    return [
        {
            "what": event.action.removeprefix("decision."),
            "when": words.minute(event.at),
            "by": _actor(event, people.get(keys.get(event.actor_id) or "")),
        }
        for event in found
    ]


def _actor(event: Event, member: Member | None) -> str:
    if member is not None:
        return member.name
    return "the clock" if event.actor_kind == "job" else event.actor_id.removeprefix("oidc:")
