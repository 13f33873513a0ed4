"""Queries on traffic histories."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Select, and_, delete, insert, literal, select
from sqlalchemy.orm import Session

from service.traffic_histories.models import HistoryChunk, HistoryStanding, StoredHistory
from service.traffic_histories.reading.stored_history import history_of
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


def current(session: Session, organization_id: str, workload_id: str) -> StoredHistory | None:
    """Return the history that a workload is decided on: the one chosen, else the one uploaded last; none retired."""
    chosen = current_of_each(session, organization_id, workload_id).get(workload_id)
    return None if chosen is None else history(session, organization_id, chosen)


def current_of_each(session: Session, organization_id: str, workload_id: str | None = None) -> dict[str, str]:
    """Return the id of the current history of each workload that has one, or of one workload alone."""
    statement = (
        select(StoredHistory.workload_id, StoredHistory.id)
        .outerjoin(HistoryStanding, HistoryStanding.traffic_history_id == StoredHistory.id)
        .where(StoredHistory.organization_id == organization_id, HistoryStanding.retired_at.is_(None))
        .order_by(HistoryStanding.chosen_at.is_not(None), StoredHistory.created_at, StoredHistory.id)
    )
    if workload_id is not None:
        statement = statement.where(StoredHistory.workload_id == workload_id)
    return {row[0]: row[1] for row in session.execute(statement)}


def chosen(session: Session, organization_id: str, workload_id: str) -> Sequence[HistoryStanding]:
    """Return the standings of a workload's histories that are chosen."""
    statement = (
        select(HistoryStanding)
        .join(StoredHistory, StoredHistory.id == HistoryStanding.traffic_history_id)
        .where(HistoryStanding.organization_id == organization_id, HistoryStanding.chosen_at.is_not(None))
        .where(StoredHistory.workload_id == workload_id)
    )
    return session.scalars(statement).all()


def standing(session: Session, organization_id: str, history_id: str) -> HistoryStanding | None:
    """Return how a history stands, None where nothing was said about it."""
    return session.scalar(
        select(HistoryStanding).where(
            HistoryStanding.organization_id == organization_id, HistoryStanding.traffic_history_id == history_id
        )
    )


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


def delete_standing(session: Session, organization_id: str, history_id: str) -> None:
    """Forget how a history stands."""
    of_history = HistoryStanding.traffic_history_id == history_id
    session.execute(delete(HistoryStanding).where(HistoryStanding.organization_id == organization_id, of_history))


def copy_chunks(session: Session, organization_id: str, source_id: str, target_id: str) -> None:
    """Give a history the chunks of another, without reading them."""
    names = ("traffic_history_id", "ordinal", "organization_id", "rows", "data")
    columns = (literal(target_id), *(getattr(HistoryChunk, name) for name in names[1:]))
    session.execute(insert(HistoryChunk).from_select(names, select(*columns).where(_of(organization_id, source_id))))


def _chunks(session: Session, organization_id: str, history_id: str) -> Iterator[bytes]:
    statement = select(HistoryChunk.data).where(_of(organization_id, history_id)).order_by(HistoryChunk.ordinal)
    yield from session.scalars(statement.execution_options(yield_per=4))


def _of(organization_id: str, history_id: str) -> ColumnElement[bool]:
    return and_(HistoryChunk.organization_id == organization_id, HistoryChunk.traffic_history_id == history_id)
