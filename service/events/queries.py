"""Queries on events."""

from collections.abc import Generator, Mapping, Sequence
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


def chain(tx: Transaction, at_once: int = 500) -> Generator[Event, None, None]:
    """Yield every event of the organization in order, read `at_once` rows at a time.

    Raises ValueError among the rows that hold what no event ever held.
    """
    statement = select(Event).where(Event.organization_id == tx.organization_id).order_by(Event.sequence)
    with tx.session.scalars(statement.execution_options(yield_per=at_once)) as events:
        yield from events


def event(tx: Transaction, sequence: int) -> Event | None:
    """Return one of the organization's events."""
    return tx.session.get(Event, (tx.organization_id, sequence))


def after(tx: Transaction, sequence: int, limit: int) -> Sequence[Event]:
    """Return up to `limit` events of the organization after one, in order."""
    statement = select(Event).where(Event.organization_id == tx.organization_id, Event.sequence > sequence)
    return tx.session.scalars(statement.order_by(Event.sequence).limit(limit)).all()
