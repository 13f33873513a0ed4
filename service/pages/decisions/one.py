"""A decision: how it stands, what it needs, what would be bought, what came of it, and what was said."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template

from service.access import members
from service.access import queries as access
from service.access.models import ApiKey, Member
from service.decisions import queries, quorum, service, voting
from service.decisions.content import BUYING
from service.decisions.document import Shown, shown
from service.decisions.models import Comment
from service.decisions.requesting import purchase_request_of
from service.evaluations import queries as evaluations
from service.evaluations.purchasing import FORMS, respond
from service.evaluations.reviews.staleness import reasons
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
from service.procurement import decided
from service.reports import words

ONE = "/decisions/<id(dc):decision_id>"
MOST_COMMENTS = 100
MOST_EVENTS = 200
FILTERS = ("action", "resource_id", "actor_id", "created_after", "created_before")
ORDERED = ("approved", "purchased", "active", "ended", "superseded")
"""States of decisions that something may have come of."""

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
        stale=[] if asked is None or one.state != "proposed" else [each.sentence for each in reasons(tx, asked)],
        may=allowed(tx, one),
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


def is_asked(one: Shown, member: Member | None) -> bool:
    """Whether a decision waits for the vote of a member."""
    if member is None or one.quorum is None or member.id in (one.row.proposer_id, one.row.owner_id):
        return False
    newest = {vote["member"]["id"]: vote["vote"] for vote in one.votes}
    voted = newest.get(member.id, "none") != "none"
    return not voted and quorum.is_entitled(member, one.quorum.need)


def allowed(tx: Transaction, one: Shown) -> Json:
    """Return which steps the reader may take, by name; barred: why they may not vote."""
    scopes, member = tx.actor.scopes, members.known(tx)
    own = None if member is None else member.id
    newest = {vote["member"]["id"]: vote["vote"] for vote in one.votes}
    proposed, buys = one.state == "proposed", "decisions:purchase" in scopes
    admin = member is not None and member.role in ("admin", "owner")
    barred = _barred(tx, one, member) if proposed else ""
    may_vote = proposed and not barred
    return {
        "barred": barred,
        "vote": may_vote,
        "take_back": may_vote and newest.get(own or "", "none") != "none",
        "comment": "decisions:comment" in scopes,
        "withdraw": proposed and "decisions:propose" in scopes and (own == one.row.proposer_id or admin),
        "is_proposer": own == one.row.proposer_id,
        "buy": buys and one.state == "approved" and one.row.buys,
        "end": buys and one.state == "active",
        "hold": buys and one.state in ORDERED and one.row.option is not None and one.row.approved_at is not None,
        "evaluate": "evaluations:write" in scopes,
    }


def _barred(tx: Transaction, one: Shown, member: Member | None) -> str:
    """Return why the reader may not vote on a proposal, empty where nothing is in the way."""
    if member is None or "decisions:approve" not in tx.actor.scopes:
        return "Your key's role may not vote; approver, admin and owner may."
    if member.id in (one.row.proposer_id, one.row.owner_id):
        return "You proposed or own it; somebody else must approve."
    try:
        voting.require_voter(tx, one.row, member)
    except Problem as problem:
        return problem.detail
    return ""


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
