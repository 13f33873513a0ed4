"""Bodies of portfolio evaluations."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from service.evaluations.comparisons.schemas import HeadlineSchema
from service.evaluations.schemas import ShownMoneySchema
from service.kit.http.fields import Choice, Distinct, Flag, Identifier, Integer, Schema, Timestamp

MEMBER_STATES = ("queued", "running", "completed", "failed", "cancelled", "refused")


class NewPortfolioEvaluationSchema(Schema):
    """Which workloads: those named, those whose model a price sheet offers or last answer stands on it, or all."""

    workload_ids = Distinct(
        Identifier("wl"), allow_none=True, load_default=None, validate=validate.Length(min=1, max=1000)
    )
    price_sheet_id = Identifier("ps", allow_none=True, load_default=None)

    @ma.validates_schema
    def _one_choice(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401
        if data["workload_ids"] is not None and data["price_sheet_id"] is not None:
            raise ma.ValidationError("Name workloads or a price sheet, not both.", "price_sheet_id")


class PortfolioMemberSchema(Schema):
    """A workload: what was recommended before and is now. `flipped`: another way of serving, sizes aside."""

    workload_id = Identifier("wl", required=True)
    name = fields.String(required=True)
    state = Choice(MEMBER_STATES, required=True)
    error = fields.String(required=True, allow_none=True)
    evaluation_id = Identifier("ev", required=True, allow_none=True)
    previous_id = Identifier("ev", required=True, allow_none=True)
    before = fields.Nested(HeadlineSchema, required=True, allow_none=True)
    after = fields.Nested(HeadlineSchema, required=True, allow_none=True)
    flipped = Flag(required=True)
    change = fields.Nested(ShownMoneySchema, required=True, allow_none=True)


class PortfolioSummarySchema(Schema):
    """The round in numbers. `flipped`: ids of workloads. `change`: of all recommended totals, a sum a currency."""

    workloads = Integer(required=True)
    answered = Integer(required=True)
    waiting = Integer(required=True)
    refused = Integer(required=True)
    flipped = fields.List(Identifier("wl"), required=True)
    change = fields.List(fields.Nested(ShownMoneySchema), required=True)


class PortfolioHeadSchema(Schema):
    """A round in a list."""

    id = Identifier("pe", required=True)
    created_at = Timestamp(required=True)
    price_sheet_id = Identifier("ps", required=True, allow_none=True)


class PortfolioEvaluationSchema(PortfolioHeadSchema):
    """A round: completed once no evaluation of it is waited for."""

    state = Choice(("running", "completed"), required=True)
    summary = fields.Nested(PortfolioSummarySchema, required=True)
    members = fields.List(fields.Nested(PortfolioMemberSchema), required=True)
