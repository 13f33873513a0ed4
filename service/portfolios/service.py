"""Evaluating many workloads at once, each as it was asked for last, on what is newest and in force."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from service.evaluations import queries
from service.evaluations import service as evaluations
from service.evaluations.inputs import NEWEST, Plan, plan
from service.evaluations.looking import looking
from service.evaluations.schemas import PolicyChoiceSchema
from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.problems import CONFLICT, FieldError, Problem, invalid, or_not_found
from service.model_names import service as model_names
from service.portfolios.models import PortfolioEvaluation, PortfolioMember
from service.price_sheets import queries as price_sheets
from service.workloads import queries as workloads
from service.workloads.models import Workload

MOST_WORKLOADS = 1000


@dataclass(frozen=True)
class Asked:
    """A workload to evaluate: its plan, or why it is refused; and its last answer."""

    workload_id: str
    plan: Plan | None
    refusal: str | None
    previous_id: str | None


@contextmanager
def planned(actor: Actor, body: dict[str, Any]) -> Iterator[list[Asked]]:
    """Plan an evaluation of every workload chosen. Raises Problem 422 for one that is not there, 409 for none."""
    with looking(actor) as tx:
        chosen = _chosen(tx, body)
        asked = [_asked(tx, workload) for workload in chosen]
    if not asked:
        raise Problem(
            CONFLICT, "No workload to evaluate: there is none, or the price sheet has to do with none of them."
        )
    yield asked


def start(tx: Transaction, price_sheet_id: str | None, asked: Sequence[Asked]) -> PortfolioEvaluation:
    """Ask for every planned evaluation and keep the round."""
    round_ = PortfolioEvaluation(
        id=ids.new("pe"), organization_id=tx.organization_id, created_at=tx.now, price_sheet_id=price_sheet_id
    )
    tx.session.add(round_)
    tx.session.flush()
    for one in asked:
        tx.session.add(_member(tx, round_, one))
    facts = {"price_sheet_id": price_sheet_id, "workloads": [one.workload_id for one in asked]}
    events.append(tx, "portfolio_evaluation.requested", round_.id, after=facts)
    return round_


def get(tx: Transaction, portfolio_id: str) -> PortfolioEvaluation:
    """Return a round. Raises Problem 404."""
    return or_not_found(
        tx.session.scalar(rounds(tx).where(PortfolioEvaluation.id == portfolio_id)),
        "No portfolio evaluation has this id.",
    )


def rounds(tx: Transaction) -> Select[PortfolioEvaluation]:
    """Return the statement of the organization's rounds."""
    return select(PortfolioEvaluation).where(PortfolioEvaluation.organization_id == tx.organization_id)


def members(tx: Transaction, portfolio_id: str) -> list[tuple[PortfolioMember, Workload]]:
    """Return the workloads of a round, by the time they were created."""
    statement = (
        select(PortfolioMember, Workload)
        .join(Workload, Workload.id == PortfolioMember.workload_id)
        .where(PortfolioMember.organization_id == tx.organization_id, PortfolioMember.portfolio_id == portfolio_id)
        .order_by(Workload.created_at, Workload.id)
    )
    return [(row[0], row[1]) for row in tx.session.execute(statement)]


def _chosen(tx: Transaction, body: dict[str, Any]) -> list[Workload]:
    named, sheet_id = body["workload_ids"], body["price_sheet_id"]
    statement = workloads.workloads(tx).order_by(Workload.created_at, Workload.id)
    found = list(tx.session.scalars(statement if named is None else statement.where(Workload.id.in_(named))))
    if sheet_id is not None:
        if price_sheets.sheet(tx.session, tx.organization_id, sheet_id) is None:
            raise invalid(FieldError("/price_sheet_id", "unknown_price_sheet", "No price sheet has this id."))
        models = price_sheets.models_of(tx.session, tx.organization_id, sheet_id, tx.now)
        standing = queries.standing_on(tx, sheet_id)
        names = model_names.names(tx)
        meant = {names.canonical(model) for model in models}
        found = [one for one in found if names.canonical(one.model) in meant or one.id in standing]
    else:
        known = {workload.id for workload in found}
        missing = [index for index, one in enumerate(named or ()) if one not in known]
        if missing:
            faults = (FieldError(f"/workload_ids/{i}", "unknown_workload", "No workload has this id.") for i in missing)
            raise invalid(*faults)
    if len(found) > MOST_WORKLOADS:
        detail = f"These are {len(found)} workloads; name at most {MOST_WORKLOADS} at a time."
        raise invalid(FieldError("/workload_ids", "too_many", detail))
    return found


def _asked(tx: Transaction, workload: Workload) -> Asked:
    """Plan a workload's evaluation under the policy it was last asked for with."""
    previous = queries.latest_of(tx, workload.id)
    evaluation = None if previous is None else queries.evaluation(tx, previous.evaluation_id)
    choice: dict[str, Any] = PolicyChoiceSchema().load({}) if evaluation is None else evaluation.policy_choice
    previous_id = None if evaluation is None else evaluation.id
    try:
        return Asked(workload.id, plan(tx, workload.id, choice | NEWEST), None, previous_id)
    except Problem as problem:
        return Asked(workload.id, None, problem.detail, previous_id)


def _member(tx: Transaction, round_: PortfolioEvaluation, one: Asked) -> PortfolioMember:
    evaluation = None if one.plan is None else evaluations.ask(tx, one.plan).evaluation
    return PortfolioMember(
        portfolio_id=round_.id,
        workload_id=one.workload_id,
        organization_id=tx.organization_id,
        evaluation_id=None if evaluation is None else evaluation.id,
        previous_id=one.previous_id,
        refusal=one.refusal,
    )
