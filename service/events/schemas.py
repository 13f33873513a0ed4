"""Bodies of events."""

from marshmallow import fields

from service.kit.http.fields import Schema, Text, Timestamp
from service.kit.http.paging import PageQuery


class EventSchema(Schema):
    """One write. `before` and `after` are digests of the resource's facts; `hash` chains the events in order."""

    sequence = fields.Integer(required=True)
    action = fields.String(required=True)
    resource_id = fields.String(required=True)
    actor_kind = fields.String(required=True)
    actor_id = fields.String(required=True)
    request_id = fields.String(required=True)
    at = Timestamp(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)
    hash = fields.String(required=True)


class EventQuery(PageQuery):
    """Which events: all filters given must fit. Times are half-open: after is included, before is not."""

    action = Text(minimum=1, maximum=100, load_default=None)
    resource_id = Text(minimum=1, maximum=100, load_default=None)
    actor_id = Text(minimum=1, maximum=100, load_default=None)
    created_after = Timestamp(load_default=None)
    created_before = Timestamp(load_default=None)
