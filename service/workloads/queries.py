"""Queries on workloads."""

from sqlalchemy import Select, select

from service.kit.db.transaction import Transaction
from service.workloads.models import Workload


def workloads(tx: Transaction) -> Select[Workload]:
    """Return the statement of the organization's workloads that are not deleted."""
    return select(Workload).where(Workload.organization_id == tx.organization_id, Workload.deleted_at.is_(None))


def workload(tx: Transaction, workload_id: str) -> Workload | None:
    """Return one of the organization's workloads."""
    return tx.session.scalar(workloads(tx).where(Workload.id == workload_id))
