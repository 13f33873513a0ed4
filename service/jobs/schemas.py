"""Bodies of jobs."""

from marshmallow import fields

from service.kit.http.fields import Choice, Identifier, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery
from service.kit.jobs.queue import STATES


class JobSchema(Schema):
    """A job. `resource_id`: what it works for. `attempt`: how often it was begun.

    `phase`, `share`: how far it is, share from 0 to 1. `error`: why it failed, or did the last time it was tried.
    """

    id = Identifier("job", required=True)
    kind = fields.String(required=True)
    state = Choice(STATES, required=True)
    resource_id = fields.String(required=True)
    attempt = fields.Integer(required=True)
    phase = fields.String(required=True, allow_none=True)
    share = fields.Float(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)
    created_at = Timestamp(required=True)
    started_at = Timestamp(required=True, allow_none=True)
    finished_at = Timestamp(required=True, allow_none=True)


class JobsQuery(PageQuery):
    """Which jobs: all filters given must fit."""

    state = Choice(STATES, load_default=None)
    kind = Text(minimum=1, maximum=40, load_default=None)
    evaluation_id = Identifier("ev", load_default=None)
