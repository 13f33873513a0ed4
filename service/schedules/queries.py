"""Queries on schedules."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from service.kit.db.transaction import Transaction
from service.schedules.models import Schedule, ScheduledRun


def schedules(tx: Transaction, filters: Mapping[str, Any]) -> Select[Schedule]:
    """Return the statement of the organization's schedules, of one workload where `workload_id` is not None."""
    own = select(Schedule).where(Schedule.organization_id == tx.organization_id, Schedule.deleted_at.is_(None))
    return own if filters.get("workload_id") is None else own.where(Schedule.workload_id == filters["workload_id"])


def schedule(tx: Transaction, schedule_id: str) -> Schedule | None:
    """Return one of the organization's schedules."""
    return tx.session.scalar(schedules(tx, {}).where(Schedule.id == schedule_id))


def last_run(tx: Transaction, schedule_id: str) -> ScheduledRun | None:
    """Return the last time that one of the organization's schedules was due."""
    statement = select(ScheduledRun).where(ScheduledRun.organization_id == tx.organization_id)
    return tx.session.scalar(statement.where(ScheduledRun.schedule_id == schedule_id))


def due(now: datetime) -> Select[Schedule]:
    """Return the statement of schedules, of any organization, that are due, the one that waited longest first."""
    waiting = select(Schedule).where(Schedule.next_at <= now, ~Schedule.paused, Schedule.deleted_at.is_(None))
    return waiting.order_by(Schedule.next_at, Schedule.id)
