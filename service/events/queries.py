"""Queries on events."""

from collections.abc import Generator, Mapping
from typing import Any

from sqlalchemy import Select, select

from service.events.models import Event
from service.kit.db.transaction import Transaction


def events(tx: Transaction, filters: Mapping[str, Any]) -> Select[Event]:
    """Return the statement of the organization's events that fit the filters that are not None.

    filters: action, resource_id, actor_id, and the bounds created_after (included) and created_before.
    """
    statement = select(Event).where(Event.organization_id == tx.organization_id)
    for name in ("action", "resource_id", "actor_id"):
        if filters[name] is not None:
            statement = statement.where(getattr(Event, name) == filters[name])
    if filters["created_after"] is not None:
        statement = statement.where(Event.at >= filters["created_after"])
    if filters["created_before"] is not None:
        statement = statement.where(Event.at < filters["created_before"])
    return statement


def last(tx: Transaction) -> Event | None:
    """Return the organization's latest event."""
    statement = select(Event).where(Event.organization_id == tx.organization_id)
    return tx.session.scalar(statement.order_by(Event.sequence.desc()).limit(1))


def chain(tx: Transaction) -> Generator[Event, None, None]:
    """Yield every event of the organization in order."""
    statement = select(Event).where(Event.organization_id == tx.organization_id).order_by(Event.sequence)
    with tx.session.scalars(statement.execution_options(yield_per=500)) as events:
        yield from events
