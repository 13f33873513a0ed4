"""Storing how deliveries went, in the transaction that ends their job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from service.events import service as events
from service.events.models import Event
from service.kit import ids
from service.kit.db.transaction import Transaction
from service.kit.http.outbound import Answer
from service.webhooks import queries, retries
from service.webhooks.models import Attempt, Delivery, Webhook, WebhookProgress

GONE = 410

GIVEN_UP_AFTER = sum(retries.WAITS[1:], start=retries.WAITS[0])
"""How long a webhook may fail without one success before a delivery that is given up disables it."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one try went. delivery_id: None for an event's first. error: why it does not count, None where it does."""

    delivery_id: str | None
    sequence: int
    at: datetime
    answer: Answer | None
    error: str | None
    milliseconds: int

    @property
    def status(self) -> int | None:
        """The status of HTTP, None without an answer."""
        return None if self.answer is None else self.answer.status


def record(tx: Transaction, webhook_id: str, results: Sequence[Result], fresh: Sequence[Event], seen: int) -> None:
    """Store results and how far the webhook is.

    fresh: events that were to be sent for the first time; those without a result are due at once. seen: the last
    event looked at.
    """
    progress = queries.progress(tx, webhook_id)
    progress.sequence = max(progress.sequence, seen)
    _begin(tx, webhook_id, fresh)
    tries = _tries(tx, webhook_id, [result.sequence for result in results])
    outcomes = [_outcome(tx, result, tries[result.sequence]) for result in results]
    if outcomes:
        tx.session.execute(insert(Attempt), [_attempt(tx, result, tries[result.sequence]) for result in results])
        tx.session.execute(update(Delivery), outcomes)
        _judge(tx, webhook_id, progress, results, outcomes)


def _begin(tx: Transaction, webhook_id: str, fresh: Sequence[Event]) -> None:
    """Add the deliveries of events sent for the first time."""
    if fresh:
        tx.session.execute(insert(Delivery), [new(tx, webhook_id, event.sequence) for event in fresh])


def new(tx: Transaction, webhook_id: str, sequence: int) -> dict[str, Any]:
    """Return the columns of a delivery that is due at once."""
    return {
        "id": ids.new("whd"),
        "organization_id": tx.organization_id,
        "created_at": tx.now,
        "webhook_id": webhook_id,
        "event_sequence": sequence,
        "state": "pending",
        "attempts": 0,
        "round": 0,
        "next_attempt_at": tx.now,
    }


def _tries(tx: Transaction, webhook_id: str, sequences: Sequence[int]) -> dict[int, Delivery]:
    statement = queries.deliveries(tx, webhook_id, {"state": None}).where(Delivery.event_sequence.in_(sequences))
    return {delivery.event_sequence: delivery for delivery in tx.session.scalars(statement)}


def _outcome(tx: Transaction, result: Result, delivery: Delivery) -> dict[str, Any]:
    """Return the columns that a try changes."""
    asked = None if result.answer is None else result.answer.retry_after
    again = None if result.error is None else retries.next_attempt(tx.now, delivery.round + 1, asked)
    state = "delivered" if result.error is None else "failed" if again is None else "pending"
    return {
        "id": delivery.id,
        "attempts": delivery.attempts + 1,
        "round": delivery.round + 1,
        "state": state,
        "next_attempt_at": again,
        "finished_at": None if state == "pending" else tx.now,
        "last_status": result.status,
        "last_error": result.error,
    }


def _attempt(tx: Transaction, result: Result, delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery_id": delivery.id,
        "number": delivery.attempts + 1,
        "organization_id": tx.organization_id,
        "at": result.at,
        "status": result.status,
        "error": result.error,
        "milliseconds": result.milliseconds,
        "excerpt": "" if result.answer is None else _clean(result.answer.excerpt),
    }


def _clean(excerpt: str) -> str:
    """Return text that every database stores."""
    return "".join(c if c.isprintable() or c in "\t\n" else "�" for c in excerpt)


def _judge(
    tx: Transaction,
    webhook_id: str,
    progress: WebhookProgress,
    results: Sequence[Result],
    outcomes: Sequence[Mapping[str, Any]],
) -> None:
    """Note since when the webhook fails, and disable one that has for days or is gone for good."""
    if any(outcome["state"] == "delivered" for outcome in outcomes):
        progress.failing_since = None
    elif progress.failing_since is None:
        progress.failing_since = tx.now
    gave_up = any(outcome["state"] == "failed" for outcome in outcomes)
    failing = progress.failing_since is not None and tx.now - progress.failing_since >= GIVEN_UP_AFTER
    if any(result.status == GONE for result in results):
        _disable(tx, webhook_id, "The receiver answered 410 Gone: nothing is there any more.")
    elif gave_up and failing:
        _disable(tx, webhook_id, "Nothing was taken for three days, and a delivery ran out of tries.")


def _disable(tx: Transaction, webhook_id: str, reason: str) -> None:
    webhook = queries.webhook(tx, webhook_id)
    if webhook is None or webhook.state == "disabled":
        return
    before = facts(webhook)
    webhook.state, webhook.disabled_reason, webhook.updated_at = "disabled", reason, tx.now
    events.append(tx, "webhook.disabled", webhook.id, before=before, after=facts(webhook))


def facts(webhook: Webhook) -> dict[str, Any]:
    """Return what a user says of a webhook, and its state; no secret."""
    return {name: getattr(webhook, name) for name in ("url", "description", "events", "state", "disabled_reason")}
