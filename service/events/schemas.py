"""Bodies of events."""

from marshmallow import fields

from service.kit.http.fields import Schema, Text, Timestamp
from service.kit.http.paging import PageQuery


class EventFactsSchema(Schema):
    """One write. `before` and `after` are digests of the resource's facts; `hash` chains the events in order."""

    sequence = fields.Integer(required=True)
    action = fields.String(required=True)
    resource_id = fields.String(required=True)
    actor_kind = fields.String(required=True)
    actor_id = fields.String(required=True)
    request_id = fields.String(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)
    hash = fields.String(required=True)


class EventSchema(EventFactsSchema):
    """One write, and when it was."""

    at = Timestamp(required=True)


class EventQuery(PageQuery):
    """Which events: all filters given must fit. Times are half-open: after is included, before is not."""

    action = Text(minimum=1, maximum=100, load_default=None)
    resource_id = Text(minimum=1, maximum=100, load_default=None)
    actor_id = Text(minimum=1, maximum=100, load_default=None)
    created_after = Timestamp(load_default=None)
    created_before = Timestamp(load_default=None)


class CloudEventSchema(Schema):
    """An event as a CloudEvent 1.0. `sequence` orders the organization's events as text."""

    specversion = fields.Constant("1.0", required=True)
    id = fields.String(required=True)
    source = fields.String(required=True)
    type = fields.String(required=True)
    subject = fields.String(required=True)
    time = fields.String(required=True)
    sequence = fields.String(required=True)
    datacontenttype = fields.String(required=True)
    data = fields.Nested(EventFactsSchema, required=True)


class CheckpointSchema(Schema):
    """A checkpoint kept elsewhere, to check the chain against."""

    checkpoint = Text(
        minimum=1,
        maximum=4000,
        required=True,
        metadata={"description": "The signed note that GET /v1/events/checkpoint gave once, whole and unchanged."},
    )


class BreakSchema(Schema):
    """Where the chain first fails: the `sequence` of the event that should stand there, and what is wrong."""

    sequence = fields.Integer(required=True)
    detail = fields.String(required=True)


class VerificationSchema(Schema):
    """Whether the chain of events is whole.

    `events`: how many hold, from the first on. `root`: of the Merkle tree (RFC 6962) over their hashes, base 64.
    `checked_against`: how many events the checkpoint was made of; null without one, and then a tail cut off cleanly
    goes unseen. `verifier_key`: public key of the organization's checkpoints, as a signed note's verifier takes it.
    """

    intact = fields.Boolean(required=True)
    detail = fields.String(required=True)
    events = fields.Integer(required=True)
    root = fields.String(required=True)
    first_break = fields.Nested(BreakSchema, required=True, allow_none=True)
    checked_against = fields.Integer(required=True, allow_none=True)
    verifier_key = fields.String(required=True)
