"""Bodies of webhooks."""

from typing import Any

from marshmallow import fields, validate

from service.kit.http.fields import Choice, Distinct, Identifier, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery

STATES = ("enabled", "disabled")

DELIVERY_STATES = ("pending", "delivered", "failed")

_FILTER = r"\*|[a-z][a-z0-9_]*\.(\*|[a-z][a-z0-9_]*)"


def _filters(**kwargs: Any) -> Distinct:  # noqa: ANN401
    told = "Actions to send: `decision.approved`, all of a resource with `decision.*`, everything with `*`."
    entry = Text(minimum=1, maximum=100, pattern=f"({_FILTER})")
    return Distinct(entry, validate=validate.Length(1, 100), metadata={"description": told}, **kwargs)


class WebhookFactsSchema(Schema):
    """What a user says about a webhook."""

    url = Text(minimum=1, maximum=2000, metadata={"description": "Where events are sent, with https."})
    description = Text(maximum=500)
    events = _filters()


class ChangedWebhookSchema(WebhookFactsSchema):
    """Facts to replace; what is left out stays as it is. `enabled` takes up again where a disabled one stopped."""

    state = Choice(STATES)


class NewWebhookSchema(WebhookFactsSchema):
    """A webhook to create. It is sent what happens from now on."""

    url = Text(minimum=1, maximum=2000, required=True, metadata={"description": "Where events are sent, with https."})
    description = Text(maximum=500, load_default="")
    events = _filters(load_default=lambda: ["*"])


class WebhookSchema(Schema):
    """A webhook as stored. `disabled_reason`: why, where it was not a person."""

    id = Identifier("wh", required=True)
    url = fields.String(required=True)
    description = fields.String(required=True)
    events = fields.List(fields.String(), required=True)
    state = Choice(STATES, required=True)
    disabled_reason = fields.String(required=True, allow_none=True)
    previous_secret_until = Timestamp(required=True, allow_none=True)
    version = fields.Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class WebhookWithSecretSchema(WebhookSchema):
    """A webhook with the secret that its messages are signed with, shown this once."""

    secret = fields.String(required=True)


class DeliveriesQuery(PageQuery):
    """Which deliveries."""

    state = Choice(DELIVERY_STATES, load_default=None)


class AttemptSchema(Schema):
    """One try. `status`: of HTTP, null without an answer. `error`: why it does not count. `excerpt`: of the answer."""

    number = fields.Integer(required=True)
    at = Timestamp(required=True)
    status = fields.Integer(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)
    milliseconds = fields.Integer(required=True)
    excerpt = fields.String(required=True)


class DeliverySchema(Schema):
    """One event for one webhook. `message_id` is its `webhook-id`, the same at every try."""

    id = Identifier("whd", required=True)
    message_id = fields.String(required=True)
    event_sequence = fields.Integer(required=True)
    state = Choice(DELIVERY_STATES, required=True)
    attempts = fields.Integer(required=True)
    next_attempt_at = Timestamp(required=True, allow_none=True)
    finished_at = Timestamp(required=True, allow_none=True)
    last_status = fields.Integer(required=True, allow_none=True)
    last_error = fields.String(required=True, allow_none=True)
    created_at = Timestamp(required=True)


class DeliveryWithAttemptsSchema(DeliverySchema):
    """A delivery with each of its tries."""

    tries = fields.List(fields.Nested(AttemptSchema), required=True)


class NewRedeliveriesSchema(Schema):
    """Which deliveries that were given up to send again: those of events since a time."""

    failed_since = Timestamp(required=True, metadata={"description": "Given up at this time or later."})


class RedeliveriesSchema(Schema):
    """How many deliveries are sent again."""

    count = fields.Integer(required=True)
