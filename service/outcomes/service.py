"""Making outcomes: everything is looked up and computed before the transaction that keeps them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from service.bills import queries as bills
from service.commitments import queries as commitments
from service.commitments.models import Commitment
from service.decisions import queries as decisions
from service.evaluations import histories
from service.evaluations.comparisons.path import Side
from service.evaluations.comparisons.sides import side_of
from service.evaluations.document import Pinned
from service.evaluations.engine import Allowance, require_bounded
from service.evaluations.looking import looking
from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Actor, Transaction
from service.kit.http import etags
from service.kit.http.problems import CONFLICT, NOT_FOUND, FieldError, Problem, invalid, or_not_found
from service.outcomes import queries
from service.outcomes.document import Case, outcome_document
from service.outcomes.joining import join
from service.outcomes.models import Outcome
from service.outcomes.periods import Period
from service.outcomes.plan import Plan, plan_of
from service.outcomes.regret import realised_regret
from service.outcomes.traffic import Came, came
from service.outcomes.variance import Variance
from service.workflow.document.options import AnsweredOption
from service.workflow.prepare import own_skus
from service.workflow.traffic import TrafficHistory


@dataclass(frozen=True)
class Made:
    """An outcome about to be kept. option: the one it is of."""

    evaluation: dict[str, Any]
    option: AnsweredOption
    period: Period
    variance: Variance
    document: dict[str, Any]


def get(tx: Transaction, outcome_id: str) -> Outcome:
    """Return an outcome of the organization. Raises Problem 404."""
    return or_not_found(queries.outcome(tx, outcome_id), "No outcome has this id.")


@contextmanager
def made(actor: Actor, body: Mapping[str, Any]) -> Iterator[Made]:
    """Hold what an option was expected to cost against what was billed and what traffic came.

    Raises Problem 409 where the evaluation is not completed, 422 for what is not there or does not fit.
    """
    with looking(actor) as tx:
        body = _subject(tx, body)
        period = _period(tx, body)
        side = _side(tx, body["evaluation_id"])
        key: str | None = body["option"] or side.answer.recommendation.option
        if key is None:
            told = "The evaluation recommends nothing; name the option that was taken."
            raise invalid(FieldError("/option", "required", told))
        plan = _plan(side, key, period)
        history = _history(tx, side, body["traffic_history_id"])
        charges = bills.counted(tx, _bill_ids(tx, body["bill_ids"]), period.starts_at, period.ends_at)
        skus = _skus(side, plan)
        references = [*body["references"], *_references(tx, side.body["workload_id"], plan, skus)]
        joined = join(charges, plan, skus | body["skus"], references)
    arrived = None if history is None else _came(history, period)
    regret = None if history is None else _regret(actor, side, key, history)
    case = Case(side.body, key, plan, joined, arrived, regret, body["tolerance"])
    option = next(one for one in side.answer.options if one.key == key)
    yield Made(side.body, option, period, case.variance, outcome_document(case))


def keep(tx: Transaction, body: Mapping[str, Any], done: Made) -> Outcome:
    """Keep an outcome; one of the same option and period is replaced.

    Raises Problem 409 where another outcome of the workload has some of the days.
    """
    outcome = _row(tx, body, done)
    for other in queries.overlapping(tx, outcome.workload_id, outcome.starts_on, outcome.ends_on):
        same = ("evaluation_id", "option", "starts_on", "ends_on")
        if any(getattr(other, name) != getattr(outcome, name) for name in same):
            told = f"The outcome {other.id} has {other.starts_on} to {other.ends_on} already; delete it, or choose "
            raise Problem(CONFLICT, f"{told}days that no outcome of the workload has, so that none counts twice.")
        other.replaced_by = outcome.id
    tx.session.add(outcome)
    tx.session.flush()
    events.append(tx, "outcome.created", outcome.id, after=facts(outcome))
    if outcome.document["off_plan"]:
        events.append(tx, "outcome.off_plan", outcome.id, after=facts(outcome))
    return outcome


def delete(tx: Transaction, outcome_id: str) -> None:
    """Delete an outcome that was made by mistake. Raises Problem 404, 412 and 428."""
    outcome = get(tx, outcome_id)
    etags.require_match(outcome)
    remove(tx, outcome)


def remove(tx: Transaction, outcome: Outcome) -> None:
    """Delete an outcome of the version that its reader saw."""
    events.append(tx, "outcome.deleted", outcome.id, before=facts(outcome))
    tx.session.delete(outcome)


def facts(outcome: Outcome) -> dict[str, Any]:
    """Return what an event of an outcome says."""
    names = ("workload_id", "evaluation_id", "option", "starts_on", "ends_on", "currency", "document")
    return {name: getattr(outcome, name) for name in names}


def _row(tx: Transaction, body: Mapping[str, Any], done: Made) -> Outcome:
    return Outcome(
        id=ids.new("oc"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        workload_id=done.evaluation["workload_id"],
        evaluation_id=done.evaluation["id"],
        decision_id=body["decision_id"],
        option=done.option.key,
        mode=done.option.mode,
        engine_version=done.document["engine_version"],
        starts_on=done.period.starts_on.isoformat(),
        ends_on=done.period.ends_on.isoformat(),
        currency=done.document["currency"],
        predicted=done.variance.predicted,
        billed=done.variance.billed,
        document=done.document,
        replaced_by=None,
    )


def _subject(tx: Transaction, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body with evaluation, option and references of the decision it names. Raises Problem 422."""
    if (body["decision_id"] is None) == (body["evaluation_id"] is None):
        raise invalid(FieldError("/evaluation_id", "required", "Name a decision_id or an evaluation_id, one of them."))
    if body["decision_id"] is None:
        return dict(body)
    decision = decisions.decision(tx, body["decision_id"])
    if decision is None:
        raise invalid(FieldError("/decision_id", "not_found", "No decision has this id."))
    if decision.approved_at is None or decision.option is None:
        told = "Was never approved, or is on no option: only what was decided on an option has an outcome."
        raise invalid(FieldError("/decision_id", "not_approved", told))
    if body["option"] not in (None, decision.option):
        raise invalid(FieldError("/option", "other_option", f"The decision is on {decision.option}; leave it out."))
    purchase = decisions.purchases_of(tx, [decision.id]).get(decision.id)
    bought = [] if purchase is None else [purchase.commitment_id, purchase.reference]
    references = [*body["references"], *bought, decision.external_reference, decision.id]
    return {**body, "evaluation_id": decision.evaluation_id, "option": decision.option, "references": references}


def _period(tx: Transaction, body: Mapping[str, Any]) -> Period:
    period = Period(body["starts_on"], body["ends_on"])
    if period.ends_on < period.starts_on:
        raise invalid(FieldError("/ends_on", "before_start", f"Lies before starts_on, {period.starts_on}."))
    if period.ends_on >= tx.now.date():
        told = "Is not over yet; only days that are over have an outcome. End with yesterday at the latest."
        raise invalid(FieldError("/ends_on", "not_over", told))
    return period


def _side(tx: Transaction, evaluation_id: str) -> Side:
    try:
        return side_of(tx, evaluation_id)
    except Problem as problem:
        if problem.kind is not NOT_FOUND:
            raise
        raise invalid(FieldError("/evaluation_id", "not_found", "No evaluation has this id.")) from problem


def _plan(side: Side, key: str, period: Period) -> Plan:
    plan = plan_of(side.answer, key, period)
    if plan is None:
        known = ", ".join(option.key for option in side.answer.options if not option.ruled_out)
        raise invalid(
            FieldError("/option", "no_bill", f"The evaluation has no figures of this option; it has {known}.")
        )
    return plan


def _skus(side: Side, plan: Plan) -> dict[str, str]:
    """Return what the plan calls its offers, by what their providers call them."""
    own = own_skus(side.materials.offers)
    return {own.get(name, name): name for name in (plan.serverless, plan.dedicated) if name is not None}


def _history(tx: Transaction, side: Side, history_id: str | None) -> TrafficHistory | None:
    if history_id is None:
        return None
    pin = histories.pinned(tx, side.body["workload_id"], history_id)
    return histories.load(tx, Pinned(pin.digest, pin.id))


def _came(history: TrafficHistory, period: Period) -> Came:
    found = came(history, period)
    if found is None:
        told = f"Has nothing of {period.starts_on} to {period.ends_on}; name the traffic of the period."
        raise invalid(FieldError("/traffic_history_id", "outside_period", told))
    return found


def _regret(actor: Actor, side: Side, key: str, history: TrafficHistory) -> dict[str, Any]:
    require_bounded(side.estimated_seconds)
    return realised_regret(side.materials, key, history, Allowance(actor).answer_of)


def _bill_ids(tx: Transaction, named: list[str] | None) -> list[str] | None:
    missing = [
        FieldError(f"/bill_ids/{index}", "not_found", "No bill has this id.")
        for index, bill_id in enumerate(named or ())
        if bills.bill(tx, bill_id) is None
    ]
    if missing:
        raise invalid(*missing)
    return named


def _references(tx: Transaction, workload_id: str, plan: Plan, skus: Mapping[str, str]) -> list[str]:
    """Return the order numbers and ids of the workload's commitments to what the plan reserves."""
    own = [sku for sku, name in skus.items() if name == plan.dedicated]
    statement = commitments.commitments(tx, {"workload_id": workload_id}).where(Commitment.sku.in_(own))
    return [name for one in tx.session.scalars(statement) for name in (one.reference, one.id) if name]
