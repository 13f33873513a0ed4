"""Sending: one job a webhook at a time, a batch a job, until nothing is due.

What is to be sent is read from the chain of events, which is written in the transaction of what happened: nothing can
be lost between the two. A job that dies after sending and before its result is stored is run again; receivers tell by
`webhook-id` what they have seen.
"""

import http.client
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from service.events import queries as events
from service.events.models import Event
from service.kit import clock
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.outbound import Answer, Outbound, Refused
from service.kit.jobs import queue
from service.kit.jobs.worker import Chore, Finish, Task
from service.webhooks import messages, queries, recording
from service.webhooks.models import Delivery, Webhook
from service.webhooks.recording import Result

JOB = "webhook.deliver"

BATCH = 200
"""Deliveries of one job."""

SENDERS = 16
"""Deliveries under way at once."""

BUDGET_SECONDS = 10.0
"""After this long a job begins no more of its batch, so that a slow receiver does not hold a worker for long."""

RETENTION = timedelta(days=30)
"""How long the log keeps deliveries that are finished."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a job sends.

    due: deliveries tried before. fresh: events to begin with. seen: sequence looked at so far. is_full: whether more
    may be waiting than one job takes.
    """

    webhook: Webhook
    due: Sequence[tuple[Delivery, Event]]
    fresh: Sequence[Event]
    seen: int
    is_full: bool

    @property
    def all(self) -> list[tuple[Delivery | None, Event]]:
        """Everything to send, oldest first."""
        return [*self.due, *((None, event) for event in self.fresh)]


def deliver(task: Task, outbound: Outbound) -> Finish:
    """Send what is due of the task's webhook; what it returns stores how that went."""
    with task.reading() as tx:
        batch = _read(tx, task.resource_id)
    if batch is None:
        return lambda _tx: None
    secrets = _secrets(batch.webhook, clock.now())
    url, until = batch.webhook.url, time.monotonic() + BUDGET_SECONDS

    def send(item: tuple[Delivery | None, Event]) -> Result | None:
        """Send one, unless the job has taken long enough."""
        return None if time.monotonic() > until else _sent(outbound, url, item, secrets)

    with ThreadPoolExecutor(SENDERS) as pool:
        results = [result for result in pool.map(send, batch.all) if result is not None]

    def finish(tx: Transaction) -> None:
        """Store the results, and have the next job go on where more is waiting."""
        recording.record(tx, task.resource_id, results, batch.fresh, batch.seen)
        if batch.is_full:
            queue.enqueue(tx, JOB, {}, resource_id=task.resource_id)

    return finish


def _read(tx: Transaction, webhook_id: str) -> Batch | None:
    """Return what is to be sent now; None where the webhook is gone or disabled."""
    webhook = queries.webhook(tx, webhook_id)
    if webhook is None or webhook.state != "enabled":
        return None
    seen = queries.progress(tx, webhook_id).sequence
    due = queries.due(tx, webhook_id, BATCH)
    later = events.after(tx, seen, BATCH - len(due))
    known = queries.delivered_for(tx, webhook_id, [event.sequence for event in later])
    fresh = [e for e in later if messages.matches(webhook.events, e.action) and e.sequence not in known]
    seen = later[-1].sequence if later else seen
    return Batch(webhook, due, fresh, seen, is_full=len(due) + len(later) >= BATCH)


def _secrets(webhook: Webhook, now: datetime) -> list[bytes]:
    held = webhook.previous_secret_until is not None and now < webhook.previous_secret_until
    previous = webhook.previous_secret if held else None
    return [webhook.secret] if previous is None else [webhook.secret, previous]


def _sent(outbound: Outbound, url: str, item: tuple[Delivery | None, Event], secrets: Sequence[bytes]) -> Result:
    delivery, event = item
    content, at, begun = messages.body(event), clock.now(), time.monotonic()
    answer: Answer | None = None
    error: str | None = None
    try:
        answer = outbound.post(url, content, messages.headers(event, content, secrets, at))
        if not 200 <= answer.status < 300:
            error = f"The receiver answered {answer.status}; a delivery is taken with any status of 200 to 299."
    except Refused as refused:
        error = str(refused)
    except (OSError, http.client.HTTPException, ValueError) as fault:
        error = f"No answer: {str(fault) or type(fault).__name__}."[:500]
    took = int((time.monotonic() - begun) * 1000)
    return Result(None if delivery is None else delivery.id, event.sequence, at, answer, error, took)


def _has_work(session: Session, now: datetime) -> bool:
    return session.scalar(queries.with_work(now, JOB).limit(1)) is not None


def _schedule(session: Session, now: datetime) -> None:
    for webhook in session.scalars(queries.with_work(now, JOB).limit(BATCH)).all():
        actor = Actor(webhook.organization_id, "job", webhook.id)
        queue.enqueue(Transaction(session, actor, now, webhook.id), JOB, {}, resource_id=webhook.id)


SCHEDULE = Chore(_has_work, _schedule)
"""Gives every webhook that has something to send a job that does."""

PURGE = Chore(lambda _session, _now: True, lambda session, now: queries.purge(session, now - RETENTION), 600.0)
"""Deletes what the log need not keep."""
