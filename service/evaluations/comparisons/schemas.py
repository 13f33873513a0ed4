"""Bodies of replays and differences."""

from marshmallow import fields

from service.evaluations.schemas import ShownMoneySchema
from service.kit.http.fields import Flag, Identifier, Integer, Schema, Timestamp


class DifferenceSchema(Schema):
    """A value that differs, by JSON pointer; null where one side has none."""

    pointer = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class ReplaySchema(Schema):
    """An evaluation computed again. `explanation` says what a difference is due to."""

    id = Identifier("er", required=True)
    evaluation_id = Identifier("ev", required=True)
    created_at = Timestamp(required=True)
    engine_version = fields.String(required=True)
    digest = fields.String(required=True)
    intact = Flag(required=True, metadata={"description": "Evaluation and inputs still have their digests."})
    identical = Flag(required=True)
    differences = fields.List(fields.Nested(DifferenceSchema), required=True)
    explanation = fields.String(required=True)


class DiffQuery(Schema):
    """What to hold an evaluation against."""

    against = Identifier("ev", required=True, metadata={"description": "The earlier evaluation."})


class DiffReferenceSchema(Schema):
    """One of the two evaluations."""

    id = Identifier("ev", required=True)
    workload_id = Identifier("wl", required=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    digest = fields.String(required=True)
    engine_version = fields.String(required=True)


class OfferChangeSchema(Schema):
    """An offer that is not the same in both."""

    offer = fields.String(required=True)
    change = fields.String(required=True, metadata={"enum": ["appeared", "vanished", "changed"]})


class CausesSchema(Schema):
    """What differs among the inputs."""

    traffic = Flag(required=True)
    prices = fields.List(fields.Nested(OfferChangeSchema), required=True)
    policy = fields.List(fields.Nested(DifferenceSchema), required=True)
    engine = Flag(required=True)


class HeadlineSchema(Schema):
    """A recommendation in short."""

    mode = fields.String(required=True)
    option = fields.String(required=True, allow_none=True)
    monthly_cost = fields.Nested(ShownMoneySchema, required=True, allow_none=True)


class PartSchema(Schema):
    """A part of a change: `same_option` while the way of serving stayed, `switch` for going from one to another."""

    causes = fields.List(fields.String(), required=True)
    kind = fields.String(required=True, metadata={"enum": ["same_option", "switch"]})
    offers = fields.List(fields.String(), required=True)
    from_ = fields.String(required=True, allow_none=True, data_key="from")
    to = fields.String(required=True, allow_none=True)
    amount = fields.Nested(ShownMoneySchema, required=True)


class RecommendedDiffSchema(Schema):
    """The change of the recommended total: its parts, and their sums by cause, add up to it exactly."""

    before = fields.Nested(HeadlineSchema, required=True)
    after = fields.Nested(HeadlineSchema, required=True)
    change = fields.Nested(ShownMoneySchema, required=True, allow_none=True)
    by_cause = fields.Dict(keys=fields.String(), values=fields.Nested(ShownMoneySchema), required=True)
    parts = fields.List(fields.Nested(PartSchema), required=True)


class StepSchema(Schema):
    """A point on the path: what was replaced to get there, and what is recommended there."""

    causes = fields.List(fields.String(), required=True)
    recommendation = fields.Nested(HeadlineSchema, required=True)


class OptionsDiffSchema(Schema):
    """Options by way of serving: with the same figures on both sides, on one side only, eligible on one only."""

    changed = fields.List(fields.Dict(keys=fields.String()), required=True)
    appeared = fields.List(fields.Dict(keys=fields.String()), required=True)
    vanished = fields.List(fields.Dict(keys=fields.String()), required=True)
    became_eligible = fields.List(fields.Dict(keys=fields.String()), required=True)
    became_ineligible = fields.List(fields.Dict(keys=fields.String()), required=True)


class DiffSchema(Schema):
    """The difference of two evaluations; docs/evaluations.md explains it on a worked example."""

    evaluation = fields.Nested(DiffReferenceSchema, required=True)
    against = fields.Nested(DiffReferenceSchema, required=True)
    causes = fields.Nested(CausesSchema, required=True)
    recommended = fields.Nested(RecommendedDiffSchema, required=True)
    path = fields.List(fields.Nested(StepSchema), required=True)
    options = fields.Nested(OptionsDiffSchema, required=True)
