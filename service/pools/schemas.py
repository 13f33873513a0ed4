"""Bodies of pooled evaluations."""

from marshmallow import fields, validate

from service.evaluations.scenarios.schemas import ChoiceSchema
from service.evaluations.schemas import (
    PinnedHistorySchema,
    PinnedSheetSchema,
    PinSchema,
    PolicyChoiceSchema,
    ShownMoneySchema,
)
from service.kit.http.fields import Distinct, Identifier, Schema
from service.policies.policy_schema import PolicySchema


class NewPooledEvaluationSchema(PolicyChoiceSchema):
    """Workloads of one model to pool. The pool meets the strictest of their needs, unless the policy says otherwise."""

    workload_ids = Distinct(Identifier("wl"), required=True, validate=validate.Length(min=2, max=20))
    price_sheet_versions = Distinct(
        fields.Nested(PinSchema), allow_none=True, load_default=None, validate=validate.Length(min=1, max=100)
    )


class PoolAnswerSchema(Schema):
    """What is recommended, and the cheapest eligible option of each mode."""

    recommendation = fields.Nested(ChoiceSchema, required=True)
    cheapest_by_mode = fields.Dict(keys=fields.String(), required=True)


class PoolMemberSchema(PoolAnswerSchema):
    """A workload on its own, over the common time."""

    workload_id = Identifier("wl", required=True)
    name = fields.String(required=True)
    traffic_history = fields.Nested(PinnedHistorySchema, required=True)


class PoolSavingSchema(Schema):
    """Money a month that sharing saves; less than nothing where it costs more, null where it cannot be told."""

    recommended = fields.Nested(ShownMoneySchema, required=True, allow_none=True)
    by_mode = fields.Dict(keys=fields.String(), values=fields.Nested(ShownMoneySchema, allow_none=True), required=True)


class PoolPartSchema(Schema):
    """A workload's part of the pool's total, and what it saves against serving itself."""

    workload_id = Identifier("wl", required=True)
    amount = fields.Nested(ShownMoneySchema, required=True)
    saving = fields.Nested(ShownMoneySchema, required=True)


class PoolAllocationSchema(Schema):
    """The recommended total laid back on the workloads; the parts add up to it exactly."""

    rule = fields.String(required=True)
    parts = fields.List(fields.Nested(PoolPartSchema), required=True)


class PoolWindowSchema(Schema):
    """The time that all histories share."""

    start = fields.String(required=True)
    end = fields.String(required=True)


class PooledEvaluationSchema(Schema):
    """A pool: one reservation for all, each alone, the saving and its allocation. Nothing of it is stored."""

    model = fields.String(required=True)
    window = fields.Nested(PoolWindowSchema, required=True)
    price_sheets = fields.List(fields.Nested(PinnedSheetSchema), required=True)
    policy = fields.Nested(PolicySchema, required=True)
    engine_version = fields.String(required=True)
    together = fields.Nested(PoolAnswerSchema, required=True)
    alone = fields.List(fields.Nested(PoolMemberSchema), required=True)
    saving = fields.Nested(PoolSavingSchema, required=True)
    allocation = fields.Nested(PoolAllocationSchema, required=True, allow_none=True)
