"""Queries on traffic sources and their pulls."""

from sqlalchemy import Select, select

from service.kit.db.transaction import Transaction
from service.traffic_sources.models import TrafficPull, TrafficSource


def sources(tx: Transaction, workload_id: str | None = None) -> Select[TrafficSource]:
    """Return the statement of the organization's sources, of one workload where one is named."""
    own = select(TrafficSource).where(
        TrafficSource.organization_id == tx.organization_id, TrafficSource.deleted_at.is_(None)
    )
    return own if workload_id is None else own.where(TrafficSource.workload_id == workload_id)


def source(tx: Transaction, source_id: str) -> TrafficSource | None:
    """Return one of the organization's sources."""
    return tx.session.scalar(sources(tx).where(TrafficSource.id == source_id))


def pulls(tx: Transaction, source_id: str) -> Select[TrafficPull]:
    """Return the statement of a source's pulls."""
    return select(TrafficPull).where(
        TrafficPull.organization_id == tx.organization_id, TrafficPull.traffic_source_id == source_id
    )


def pull(tx: Transaction, pull_id: str) -> TrafficPull | None:
    """Return one of the organization's pulls."""
    return tx.session.scalar(
        select(TrafficPull).where(TrafficPull.organization_id == tx.organization_id, TrafficPull.id == pull_id)
    )
