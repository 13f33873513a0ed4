"""Bodies of evaluations."""

from typing import Any, get_args

import marshmallow as ma
from marshmallow import fields, validate

from service.kit.http.dataclass_schemas import schema_of
from service.kit.http.fields import Choice, Distinct, Flag, Identifier, Integer, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery
from service.policies.policy_schema import PolicySchema
from service.policies.presets import PRESETS
from service.policies.schemas import PolicyDocument
from service.workflow.decide.recommend import Unanswered
from service.workflow.document.comparison import AnsweredComparison
from service.workflow.document.encoding import ShownMoney
from service.workflow.document.measurement import ReplayedMeasurement
from service.workflow.document.options import AnsweredOption
from service.workflow.document.recommendation import AnsweredRecommendation, InputFinding
from service.workflow.policy import Mode

STATES = ("queued", "running", "completed", "failed", "cancelled")

MODES = (*get_args(Mode), *get_args(Unanswered))
"""What a recommendation may say."""


ShownMoneySchema = schema_of(ShownMoney)


class PinSchema(Schema):
    """A version of a price sheet."""

    id = Identifier("ps", required=True)
    version = Integer(minimum=1, required=True)


class PolicyChoiceSchema(Schema):
    """Which policy to lie on, and what to say differently."""

    preset = Choice(tuple(PRESETS), allow_none=True, load_default=None)
    policy_id = Identifier("po", allow_none=True, load_default=None)
    policy_version = Integer(
        minimum=1, allow_none=True, load_default=None, metadata={"description": "Null takes the newest version."}
    )
    policy = PolicyDocument(load_default=dict)

    @ma.validates_schema
    def _one_base(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401
        if data["preset"] is not None and data["policy_id"] is not None:
            raise ma.ValidationError("Name a preset or a policy, not both.", "preset")
        if data["policy_version"] is not None and data["policy_id"] is None:
            raise ma.ValidationError("Name the policy whose version this is.", "policy_version")


class NewEvaluationSchema(PolicyChoiceSchema):
    """What to evaluate. Left out: the newest history, every price sheet in force for the model, the default policy."""

    traffic_history_id = Identifier("th", allow_none=True, load_default=None)
    price_sheet_versions = Distinct(
        fields.Nested(PinSchema), allow_none=True, load_default=None, validate=validate.Length(min=1, max=100)
    )


class EvaluateQuery(Schema):
    """How to evaluate."""

    dry_run = Flag(load_default=False, metadata={"description": "Answer in full, store nothing."})


class PinnedHistorySchema(Schema):
    """The traffic history of an evaluation."""

    id = Identifier("th", required=True, allow_none=True)
    digest = fields.String(required=True)


class PinnedSheetSchema(Schema):
    """A price sheet of an evaluation."""

    id = Identifier("ps", required=True, allow_none=True)
    version = Integer(required=True, allow_none=True)
    digest = fields.String(required=True)


class InputsSchema(Schema):
    """Everything the answer depends on. `as_of`: the day offers were chosen for, null where all could be had."""

    traffic_history = fields.Nested(PinnedHistorySchema, required=True)
    price_sheets = fields.List(fields.Nested(PinnedSheetSchema), required=True)
    model = fields.String(required=True, allow_none=True)
    as_of = fields.Date(required=True, allow_none=True)
    policy = fields.Nested(PolicySchema, required=True)
    engine_version = fields.String(required=True)
    seed = Integer(required=True)
    spellings = fields.List(
        fields.String(), metadata={"description": "Other names of the model among the offers; left out: none."}
    )
    remarks = fields.List(
        fields.Dict(keys=fields.String()), metadata={"description": "On traffic and offers, as `findings` has them."}
    )


class ProgressSchema(Schema):
    """How far the work is. `share`: 0 to 1 of all of it. `seconds_left`: an estimate."""

    phase = fields.String(required=True, allow_none=True)
    share = fields.Float(required=True)
    seconds_left = fields.Float(required=True, allow_none=True)


class EvaluationSchema(Schema):
    """An evaluation. While `state` is not `completed` there is `progress` (and `error` when failed) and no answer.

    measurement, options, comparison, findings and recommendation are the workflow's Answer: docs/evaluations.md.
    """

    id = Identifier("ev", required=True, allow_none=True)
    workload_id = Identifier("wl", required=True, allow_none=True)
    version = Integer(required=True, allow_none=True)
    state = Choice(STATES, required=True)
    created_at = Timestamp(required=True, allow_none=True)
    inputs = fields.Nested(InputsSchema, required=True)
    progress = fields.Nested(ProgressSchema)
    error = fields.String(allow_none=True)
    measurement = fields.Nested(schema_of(ReplayedMeasurement))
    options = fields.List(fields.Nested(schema_of(AnsweredOption)))
    comparison = fields.Nested(schema_of(AnsweredComparison))
    findings = fields.List(fields.Nested(schema_of(InputFinding)))
    recommendation = fields.Nested(schema_of(AnsweredRecommendation))
    digest = fields.String()


class EvaluationQuery(PageQuery):
    """Which evaluations: all filters given must fit. Times are half-open: after is included, before is not."""

    mode = Choice(MODES, load_default=None)
    digest = Text(minimum=1, maximum=100, pattern="sha256:[0-9a-f]{64}", load_default=None)
    created_after = Timestamp(load_default=None)
    created_before = Timestamp(load_default=None)


class EvaluationSummarySchema(Schema):
    """An evaluation in a list: null where there is no answer yet, or the recommendation names no option."""

    id = Identifier("ev", required=True)
    workload_id = Identifier("wl", required=True)
    version = Integer(required=True, allow_none=True)
    state = Choice(STATES, required=True)
    created_at = Timestamp(required=True)
    traffic_history_id = Identifier("th", required=True)
    engine_version = fields.String(required=True)
    mode = Choice(MODES, required=True, allow_none=True)
    option = fields.String(required=True, allow_none=True)
    monthly_cost = fields.Nested(ShownMoneySchema, required=True, allow_none=True)
    confidence = fields.String(required=True, allow_none=True)
    review_by = fields.String(required=True, allow_none=True)
    digest = fields.String(required=True, allow_none=True)
