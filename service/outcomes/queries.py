"""Queries on outcomes."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select

from service.kit.db.transaction import Transaction
from service.outcomes.models import Outcome

FILTERS = ("workload_id", "evaluation_id", "decision_id", "currency", "mode", "engine_version")


def outcomes(tx: Transaction, filters: Mapping[str, Any]) -> Select[Outcome]:
    """Return the statement of the organization's outcomes that count and fit the filters that are not None."""
    statement = select(Outcome).where(Outcome.organization_id == tx.organization_id, Outcome.replaced_by.is_(None))
    for name in FILTERS:
        if filters.get(name) is not None:
            statement = statement.where(getattr(Outcome, name) == filters[name])
    return statement


def outcome(tx: Transaction, outcome_id: str) -> Outcome | None:
    """Return one of the organization's outcomes, whether or not it was replaced."""
    statement = select(Outcome).where(Outcome.organization_id == tx.organization_id, Outcome.id == outcome_id)
    return tx.session.scalar(statement)


def overlapping(tx: Transaction, workload_id: str, starts_on: str, ends_on: str) -> Sequence[Outcome]:
    """Return the workload's outcomes that count and share days with a period."""
    statement = outcomes(tx, {"workload_id": workload_id})
    return tx.session.scalars(
        statement.where(Outcome.starts_on <= ends_on, Outcome.ends_on >= starts_on).order_by(Outcome.starts_on)
    ).all()


def since(tx: Transaction, filters: Mapping[str, Any], ended_from: str | None) -> Sequence[Outcome]:
    """Return the outcomes that fit, oldest first, those that ended before a day left out."""
    statement = outcomes(tx, filters)
    if ended_from is not None:
        statement = statement.where(Outcome.ends_on >= ended_from)
    return tx.session.scalars(statement.order_by(Outcome.starts_on, Outcome.id)).all()
