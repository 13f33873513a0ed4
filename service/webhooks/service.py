"""Creating, changing and deleting webhooks; their secrets; sending again."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

from service.events import queries as event_queries
from service.events import service as events
from service.kit import ids
from service.kit.app_context import runtime
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.problems import CONFLICT, FieldError, Problem, invalid, or_not_found
from service.webhooks import queries
from service.webhooks.models import Delivery, Webhook, WebhookProgress
from service.webhooks.recording import facts, new

SECRET_BYTES = 32

BOTH_SECRETS = timedelta(hours=24)
"""How long the secret before the present one goes on signing."""

MOST = 50
"""Webhooks of an organization."""


def get(tx: Transaction, webhook_id: str) -> Webhook:
    """Return a webhook of the organization. Raises Problem 404."""
    return or_not_found(queries.webhook(tx, webhook_id), "No webhook has this id.")


def create(tx: Transaction, said: dict[str, Any]) -> Webhook:
    """Add a webhook for what happens from now on. Raises Problem 422 for an address that may not be called, 409."""
    _require_callable(said["url"])
    if len(tx.session.scalars(queries.webhooks(tx)).all()) >= MOST:
        raise Problem(CONFLICT, f"There are {MOST} webhooks already; delete one, or send what two of them take to one.")
    webhook = Webhook(
        id=ids.new("wh"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        updated_at=tx.now,
        state="enabled",
        secret=secrets.token_bytes(SECRET_BYTES),
        **said,
    )
    last = event_queries.last(tx)
    tx.session.add(webhook)
    tx.session.flush()
    tx.session.add(
        WebhookProgress(
            webhook_id=webhook.id,
            organization_id=tx.organization_id,
            sequence=0 if last is None else last.sequence,
            failing_since=None,
        )
    )
    events.append(tx, "webhook.created", webhook.id, after=facts(webhook))
    return webhook


def change(tx: Transaction, webhook_id: str, said: dict[str, Any]) -> Webhook:
    """Replace the facts given, keep the others. Raises Problem 404, 412, 428 and 422."""
    webhook = get(tx, webhook_id)
    etags.require_match(webhook)
    if "url" in said:
        _require_callable(said["url"])
    before = facts(webhook)
    for name, value in said.items():
        setattr(webhook, name, value)
    if webhook.state == "enabled":
        webhook.disabled_reason = None
    if facts(webhook) != before:
        if before["state"] != webhook.state:
            queries.progress(tx, webhook_id).failing_since = None
        webhook.updated_at = tx.now
        events.append(tx, "webhook.changed", webhook.id, before=before, after=facts(webhook))
    return webhook


def delete(tx: Transaction, webhook_id: str) -> None:
    """Delete a webhook and its secrets; nothing more is sent. Raises Problem 404, 412 and 428."""
    webhook = get(tx, webhook_id)
    etags.require_match(webhook)
    webhook.deleted_at, webhook.secret, webhook.previous_secret = tx.now, b"", None
    events.append(tx, "webhook.deleted", webhook.id, before=facts(webhook))


def rotate_secret(tx: Transaction, webhook_id: str) -> Webhook:
    """Give a webhook a new secret; the one before signs too for a day. Raises Problem 404, 412, 428."""
    webhook = get(tx, webhook_id)
    etags.require_match(webhook)
    webhook.previous_secret, webhook.previous_secret_until = webhook.secret, tx.now + BOTH_SECRETS
    webhook.secret, webhook.updated_at = secrets.token_bytes(SECRET_BYTES), tx.now
    events.append(tx, "webhook.secret_rotated", webhook.id, after=facts(webhook))
    return webhook


def test(tx: Transaction, webhook_id: str) -> Delivery:
    """Send a webhook an event made for it, whatever its filters take. Raises Problem 404 and 409."""
    webhook = get(tx, webhook_id)
    _require_enabled(webhook)
    event = events.append(tx, "webhook.tested", webhook.id, after=facts(webhook))
    row = new(tx, webhook_id, event.sequence)
    tx.session.execute(insert(Delivery), [row])
    return get_delivery(tx, webhook_id, row["id"])


def get_delivery(tx: Transaction, webhook_id: str, delivery_id: str) -> Delivery:
    """Return one delivery of a webhook. Raises Problem 404."""
    get(tx, webhook_id)
    return or_not_found(
        queries.delivery(tx, webhook_id, delivery_id),
        "No delivery of this webhook has this id; finished ones are kept for 30 days.",
    )


def redeliver(tx: Transaction, webhook_id: str, delivery_id: str) -> Delivery:
    """Send a delivery again, from the first try on. Raises Problem 404, 409 while it is being tried."""
    delivery = get_delivery(tx, webhook_id, delivery_id)
    _require_enabled(get(tx, webhook_id))
    if delivery.state == "pending":
        raise Problem(
            CONFLICT, f"It is being sent: the next try is at {delivery.next_attempt_at:%Y-%m-%d %H:%M:%S} UTC."
        )
    delivery.state, delivery.round = "pending", 0
    delivery.next_attempt_at, delivery.finished_at = tx.now, None
    events.append(tx, "webhook.redelivered", webhook_id, after={"delivery_id": delivery_id})
    return delivery


def redeliver_failed(tx: Transaction, webhook_id: str, since: datetime) -> int:
    """Send again what was given up since a time; return how many. Raises Problem 404 and 409."""
    _require_enabled(get(tx, webhook_id))
    failed = queries.deliveries(tx, webhook_id, {"state": "failed"}).where(Delivery.finished_at >= since)
    found = tx.session.scalars(failed.with_only_columns(Delivery.id)).all()
    again = {"state": "pending", "round": 0, "next_attempt_at": tx.now, "finished_at": None}
    if found:
        tx.session.execute(update(Delivery), [{"id": delivery_id, **again} for delivery_id in found])
        events.append(tx, "webhook.redelivered", webhook_id, after={"count": len(found)})
    return len(found)


def _require_callable(url: str) -> None:
    fault = runtime().outbound.fault(url)
    if fault is not None:
        raise invalid(FieldError("/url", "forbidden_address", fault))


def _require_enabled(webhook: Webhook) -> None:
    if webhook.state != "enabled":
        raise Problem(CONFLICT, 'The webhook is disabled; set its state to "enabled" first.')
