"""Bodies of reviews."""

from marshmallow import fields

from service.kit.http.fields import Flag, Identifier, Integer, Schema
from service.kit.http.paging import PageQuery
from service.price_sheets.fields import Day


class StaleReasonSchema(Schema):
    """Why an evaluation is stale. `cause_id`: of the history, price sheet or evaluation that made it so."""

    code = fields.String(required=True)
    sentence = fields.String(required=True)
    cause_id = fields.String(required=True, allow_none=True)


class ReviewSchema(Schema):
    """When to look again (`review_by`, `due` from that day on), and whether what it stands on has changed."""

    evaluation_id = Identifier("ev", required=True)
    workload_id = Identifier("wl", required=True)
    version = Integer(required=True)
    review_by = fields.String(required=True, metadata={"format": "date"})
    due = Flag(required=True)
    stale = Flag(required=True)
    reasons = fields.List(fields.Nested(StaleReasonSchema), required=True)


class ReviewQuery(PageQuery):
    """Which reviews: due on `due_by` or earlier."""

    due_by = Day(load_default=None)
