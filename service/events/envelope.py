"""Events as the world reads them: CloudEvents 1.0 in JSON (https://github.com/cloudevents/spec, 1.0.2)."""

from typing import Any

from service.events.models import Event
from service.kit.http.fields import rfc3339

CONTENT_TYPE = "application/cloudevents+json"

_SEQUENCE_DIGITS = 16


def identifier(event: Event) -> str:
    """Return the id of an event: the same whenever and wherever it is told."""
    return f"{event.organization_id}-{event.sequence}"


def type_of(action: str) -> str:
    """Return the CloudEvents type of an action: `crossover.workload.created.v1`."""
    return f"crossover.{action}.v1"


def envelope(event: Event) -> dict[str, Any]:
    """Return the CloudEvent as a JSON value.

    `sequence` is the extension of that name: text that orders the organization's events when compared as text. `data`
    names the resource and says who did what; the resource itself is read with a key that may.
    """
    return {
        "specversion": "1.0",
        "id": identifier(event),
        "source": f"/v1/organizations/{event.organization_id}",
        "type": type_of(event.action),
        "subject": event.resource_id,
        "time": rfc3339(event.at),
        "sequence": f"{event.sequence:0{_SEQUENCE_DIGITS}d}",
        "datacontenttype": "application/json",
        "data": {
            "sequence": event.sequence,
            "action": event.action,
            "resource_id": event.resource_id,
            "actor_kind": event.actor_kind,
            "actor_id": event.actor_id,
            "request_id": event.request_id,
            "before": event.before,
            "after": event.after,
            "hash": event.hash,
        },
    }
