"""Queries on traffic histories."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, and_, delete, select
from sqlalchemy.orm import Session

from service.traffic_histories.models import HistoryChunk, StoredHistory
from service.traffic_histories.reading.columns_file import history_of
from service.workflow.traffic import TrafficHistory


def histories(organization_id: str, workload_id: str) -> Select[StoredHistory]:
    """Return the statement of a workload's histories."""
    return select(StoredHistory).where(
        StoredHistory.organization_id == organization_id, StoredHistory.workload_id == workload_id
    )


def history(session: Session, organization_id: str, history_id: str) -> StoredHistory | None:
    """Return one of the organization's histories."""
    return session.scalar(
        select(StoredHistory).where(StoredHistory.organization_id == organization_id, StoredHistory.id == history_id)
    )


def newest(session: Session, organization_id: str, workload_id: str) -> StoredHistory | None:
    """Return the history that was uploaded last to a workload."""
    statement = histories(organization_id, workload_id)
    return session.scalar(statement.order_by(StoredHistory.created_at.desc(), StoredHistory.id.desc()).limit(1))


def newest_of_each(session: Session, organization_id: str) -> dict[str, str]:
    """Return the id of the history that was uploaded last to each workload that has one."""
    statement = select(StoredHistory.workload_id, StoredHistory.id).where(
        StoredHistory.organization_id == organization_id
    )
    rows = session.execute(statement.order_by(StoredHistory.created_at, StoredHistory.id))
    return {row[0]: row[1] for row in rows}


def same_content(session: Session, organization_id: str, workload_id: str, digest: str) -> StoredHistory | None:
    """Return the workload's history with this content."""
    return session.scalar(histories(organization_id, workload_id).where(StoredHistory.digest == digest))


def load_history(session: Session, organization_id: str, history_id: str) -> TrafficHistory | None:
    """Return the traffic of one of the organization's histories; None where there is no such."""
    found = history(session, organization_id, history_id)
    return None if found is None else history_of(found.facts, _chunks(session, organization_id, history_id))


def delete_chunks(session: Session, organization_id: str, history_id: str) -> None:
    """Delete the chunks of a history."""
    session.execute(delete(HistoryChunk).where(_of(organization_id, history_id)))


def _chunks(session: Session, organization_id: str, history_id: str) -> Iterator[bytes]:
    statement = select(HistoryChunk.data).where(_of(organization_id, history_id)).order_by(HistoryChunk.ordinal)
    yield from session.scalars(statement.execution_options(yield_per=4))


def _of(organization_id: str, history_id: str) -> ColumnElement[bool]:
    return and_(HistoryChunk.organization_id == organization_id, HistoryChunk.traffic_history_id == history_id)
