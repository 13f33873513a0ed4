"""Appending events to their chain."""

from collections.abc import Mapping
from typing import Any

from service.events import queries
from service.events.models import Event
from service.kit import canonical_json
from service.kit.db.transaction import Transaction
from service.kit.http.fields import rfc3339
from service.kit.jobs.waking import announce

GENESIS = canonical_json.digest(b"")
"""What the first event of an organization is chained to."""

Facts = Mapping[str, Any]


def append(
    tx: Transaction, action: str, resource_id: str, *, before: Facts | None = None, after: Facts | None = None
) -> Event:
    """Append an event to the transaction.

    action: `<resource>.<past participle>`, such as `workload.created`. before, after: the facts of the resource as
    JSON values; only their digests are kept. Call it once for every row a user would say has changed.
    """
    last = queries.last(tx)
    event = Event(
        organization_id=tx.organization_id,
        sequence=1 if last is None else last.sequence + 1,
        action=action,
        resource_id=resource_id,
        actor_kind=tx.actor.kind,
        actor_id=tx.actor.id,
        request_id=tx.request_id,
        at=tx.now,
        before=_digest(before),
        after=_digest(after),
    )
    event.hash = chained(GENESIS if last is None else last.hash, event)
    tx.session.add(event)
    tx.session.flush()
    announce(tx.session)  # somebody may be told of it
    return event


def chained(previous: str, event: Event) -> str:
    """Return the hash of `event` after an event whose hash is `previous`."""
    facts = {
        "organization_id": event.organization_id,
        "sequence": event.sequence,
        "action": event.action,
        "resource_id": event.resource_id,
        "actor_kind": event.actor_kind,
        "actor_id": event.actor_id,
        "request_id": event.request_id,
        "at": rfc3339(event.at),
        "before": event.before,
        "after": event.after,
        "previous": previous,
    }
    return canonical_json.digest(canonical_json.dumps(facts))


def _digest(facts: Facts | None) -> str | None:
    return None if facts is None else canonical_json.digest(canonical_json.dumps(dict(facts)))
