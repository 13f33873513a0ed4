"""Queries on commitments."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select

from service.commitments.models import Commitment
from service.kit.db.transaction import Transaction

FILTERS = ("workload_id", "provider", "reference")


def commitments(tx: Transaction, filters: Mapping[str, Any]) -> Select[Commitment]:
    """Return the statement of the organization's commitments that fit the filters that are not None.

    filters: workload_id, provider, reference; ended: whether those whose last day has passed are wanted, or only they
    are not.
    """
    statement = select(Commitment).where(
        Commitment.organization_id == tx.organization_id, Commitment.deleted_at.is_(None)
    )
    for name in FILTERS:
        if filters.get(name) is not None:
            statement = statement.where(getattr(Commitment, name) == filters[name])
    if filters.get("ended") is None:
        return statement
    today = tx.now.date().isoformat()
    return statement.where(Commitment.ends_on < today if filters["ended"] else Commitment.ends_on >= today)


def commitment(tx: Transaction, commitment_id: str) -> Commitment | None:
    """Return one of the organization's commitments."""
    return tx.session.scalar(commitments(tx, {}).where(Commitment.id == commitment_id))


def to_remind(today: str, soon: str) -> Select[Commitment]:
    """Return the statement of commitments, of any organization, to be acted on by a day `soon` and not settled."""
    return select(Commitment).where(
        Commitment.reminded_at.is_(None),
        Commitment.act_by <= soon,
        Commitment.ends_on >= today,
        ~Commitment.is_settled,
        Commitment.deleted_at.is_(None),
    )
