"""What a webhook sends: the event as a CloudEvent, signed as https://www.standardwebhooks.com asks."""

import base64
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook as Signature

from service.events import envelope
from service.events.models import Event
from service.kit import canonical_json

PREFIX = "whsec_"


def spelled(secret: bytes) -> str:
    """Return a secret as it is shown and configured."""
    return PREFIX + base64.b64encode(secret).decode()


def body(event: Event) -> bytes:
    """Return the bytes of an event: the same at every try."""
    return canonical_json.dumps(envelope.envelope(event))


def headers(event: Event, content: bytes, secrets: Sequence[bytes], now: datetime) -> dict[str, str]:
    """Return the headers of a message, signed with each of the secrets.

    `webhook-id` is the event's id, the same at every try and from every webhook, so that a receiver can tell what it
    has seen; `webhook-timestamp` is of this try.
    """
    message_id = envelope.identifier(event)
    signatures = (Signature(spelled(secret)).sign(message_id, now, content.decode()) for secret in secrets)
    return {
        "Content-Type": envelope.CONTENT_TYPE,
        "User-Agent": "Crossover-Webhooks/1.0",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def matches(filters: Sequence[str], action: str) -> bool:
    """Tell whether one of a webhook's filters takes an action: itself, its resource's `.*`, or `*`."""
    return not {"*", action, f"{action.partition('.')[0]}.*"}.isdisjoint(filters)
