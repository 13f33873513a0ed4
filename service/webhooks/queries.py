"""Queries on webhooks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from service.events.models import Event
from service.kit.db.transaction import Transaction
from service.kit.jobs.queue import Job
from service.webhooks.models import Attempt, Delivery, Webhook, WebhookProgress

PURGED_AT_ONCE = 1000
"""How many deliveries one transaction deletes."""


def webhooks(tx: Transaction) -> Select[Webhook]:
    """Return the statement of the organization's webhooks that are not deleted."""
    return select(Webhook).where(Webhook.organization_id == tx.organization_id, Webhook.deleted_at.is_(None))


def webhook(tx: Transaction, webhook_id: str) -> Webhook | None:
    """Return one of the organization's webhooks."""
    return tx.session.scalar(webhooks(tx).where(Webhook.id == webhook_id))


def progress(tx: Transaction, webhook_id: str) -> WebhookProgress:
    """Return how far a webhook is."""
    statement = select(WebhookProgress).where(
        WebhookProgress.organization_id == tx.organization_id, WebhookProgress.webhook_id == webhook_id
    )
    return tx.session.scalars(statement).one()


def deliveries(tx: Transaction, webhook_id: str, filters: Mapping[str, Any]) -> Select[Delivery]:
    """Return the statement of a webhook's deliveries, of one state where `filters` names it."""
    statement = select(Delivery).where(
        Delivery.organization_id == tx.organization_id, Delivery.webhook_id == webhook_id
    )
    return statement if filters["state"] is None else statement.where(Delivery.state == filters["state"])


def delivery(tx: Transaction, webhook_id: str, delivery_id: str) -> Delivery | None:
    """Return one delivery of a webhook."""
    return tx.session.scalar(deliveries(tx, webhook_id, {"state": None}).where(Delivery.id == delivery_id))


def attempts(tx: Transaction, delivery_id: str) -> Sequence[Attempt]:
    """Return the tries of a delivery in order."""
    statement = select(Attempt).where(Attempt.organization_id == tx.organization_id, Attempt.delivery_id == delivery_id)
    return tx.session.scalars(statement.order_by(Attempt.number)).all()


def due(tx: Transaction, webhook_id: str, limit: int) -> Sequence[tuple[Delivery, Event]]:
    """Return up to `limit` deliveries whose time has come, with their events, the longest due first."""
    statement = (
        select(Delivery, Event)
        .join(
            Event,
            and_(Event.organization_id == Delivery.organization_id, Event.sequence == Delivery.event_sequence),
        )
        .where(Delivery.organization_id == tx.organization_id, Delivery.webhook_id == webhook_id, _is_due(tx.now))
        .order_by(Delivery.next_attempt_at, Delivery.id)
    )
    return [(row[0], row[1]) for row in tx.session.execute(statement.limit(limit))]


def delivered_for(tx: Transaction, webhook_id: str, sequences: Collection[int]) -> set[int]:
    """Return those of the events' sequences that a delivery stands for already."""
    statement = select(Delivery.event_sequence).where(
        Delivery.organization_id == tx.organization_id,
        Delivery.webhook_id == webhook_id,
        Delivery.event_sequence.in_(sequences),
    )
    return set(tx.session.scalars(statement))


def with_work(now: datetime, job_kind: str) -> Select[Webhook]:
    """Return the statement of webhooks of any organization that have something to send and no job to send it."""
    behind = exists().where(Event.organization_id == Webhook.organization_id, Event.sequence > WebhookProgress.sequence)
    late = exists().where(Delivery.webhook_id == Webhook.id, _is_due(now))
    at_work = exists().where(
        Job.organization_id == Webhook.organization_id,
        Job.resource_id == Webhook.id,
        Job.kind == job_kind,
        Job.state.in_(("queued", "running")),
    )
    return (
        select(Webhook)
        .join(WebhookProgress, WebhookProgress.webhook_id == Webhook.id)
        .where(Webhook.state == "enabled", Webhook.deleted_at.is_(None), or_(behind, late), ~at_work)
    )


def purge(session: Session, before: datetime) -> None:
    """Delete up to PURGED_AT_ONCE deliveries, of any organization, that were finished before a time."""
    finished = select(Delivery.id).where(Delivery.finished_at < before).order_by(Delivery.finished_at)
    gone = session.scalars(finished.limit(PURGED_AT_ONCE)).all()
    session.execute(delete(Attempt).where(Attempt.delivery_id.in_(gone)))
    session.execute(delete(Delivery).where(Delivery.id.in_(gone)))


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.state == "pending", Delivery.next_attempt_at <= now)
